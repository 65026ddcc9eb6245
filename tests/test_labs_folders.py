"""Dogs and cats from a folder, and the drawn pictures that stand in for them."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import numpy as np
import pytest
import torch
from PIL import Image

from course.datasets import DataError
from labs import drawn, folders


def put(folder, *names, size=(20, 30)):
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((*size[::-1], 3), 10 * number % 256, dtype=np.uint8)
        Image.fromarray(pixels).save(path)


def flat(count, start=""):
    return [f"{start}{kind}.{number}.jpg" for kind in ("cat", "dog") for number in range(count)]


def counts(album):
    parts = (album.train, album.validation, album.test)
    return [torch.bincount(part.labels, minlength=2).tolist() for part in parts]


def test_kaggles_layout_is_split_the_same_way_everywhere(tmp_path):
    put(tmp_path / "a" / "train", *flat(20))
    put(tmp_path / "a" / "test", "1.jpg", "2.jpg")
    put(tmp_path / "b" / "train", *reversed(flat(20)))
    album = folders.load(tmp_path / "a", 8)
    assert counts(album) == [[16, 16], [2, 2], [2, 2]]
    assert album.train.images.shape == (32, 3, 8, 8)
    assert album.train.images.dtype == torch.uint8
    one, other = folders.find(tmp_path / "a"), folders.find(tmp_path / "b")
    for part, files in one.items():
        assert [path.name for path, _ in files] == [path.name for path, _ in other[part]]
    names = [path.name for files in one.values() for path, _ in files]
    assert sorted(names) == sorted(flat(20))


@pytest.mark.parametrize("validation", ["val", "valid", "validation"])
def test_class_folders_keep_their_parts(tmp_path, validation):
    for part, count in (("train", 5), (validation, 3), ("test", 2)):
        for kind in ("Cats", "Dogs"):
            put(tmp_path / part / kind, *(f"{number}.png" for number in range(count)))
    assert counts(folders.load(tmp_path, 8)) == [[5, 5], [3, 3], [2, 2]]


@pytest.mark.parametrize("start", ["", "PetImages/"])
def test_class_folders_without_parts_are_split(tmp_path, start):
    put(tmp_path, *(f"{start}{kind}/{n}.jpg" for kind in ("Cat", "Dog") for n in range(10)))
    assert counts(folders.load(tmp_path, 8)) == [[8, 8], [1, 1], [1, 1]]


def test_labels_are_those_of_the_names(tmp_path):
    put(tmp_path / "train", *flat(10))
    for files in folders.find(tmp_path).values():
        assert all(path.name.startswith(folders.CLASSES[label]) for path, label in files)


def test_broken_pictures_are_named_and_skipped_with_a_count(tmp_path):
    put(tmp_path / "train", *flat(10), size=(60, 60))
    files = folders.find(tmp_path)["train"]
    files[0][0].write_bytes(b"")
    files[1][0].write_bytes(b"<html>Not found</html>")
    files[2][0].write_bytes(files[2][0].read_bytes()[:-400])
    album = folders.load(tmp_path, 8)
    broken = [f"train/{path.name}" for path, _ in files[:3]]
    assert sorted(album.skipped) == sorted(broken)
    assert len(album.train.images) == len(album.train.labels) == len(files) - 3
    last = album.describe().splitlines()[-1]
    assert last.startswith("Skipped, since they cannot be read: 3 (")
    assert all(name in last for name in broken)
    with pytest.raises(folders.BrokenPicture, match="cannot be read as a picture"):
        folders.PictureFiles(files, 8)[0]


def test_many_broken_pictures_are_cut_short(tmp_path):
    put(tmp_path / "train", *flat(10))
    for path, _ in folders.find(tmp_path)["train"][:7]:
        path.write_bytes(b"broken")
    assert "7 (" in folders.load(tmp_path, 8).describe()
    assert "and 2 more)" in folders.load(tmp_path, 8).describe()


def test_the_middle_of_a_picture_is_scaled(tmp_path):
    pixels = np.zeros((40, 80, 3), dtype=np.uint8)
    pixels[:, 20:60] = 200
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    image, label = folders.PictureFiles([(tmp_path / "wide.png", 1)], 16)[0]
    assert image.shape == (3, 16, 16)
    assert label == 1
    assert image.float().mean() > 190


def test_pictures_without_colours_get_three_channels(tmp_path):
    Image.fromarray(np.full((9, 9), 7, dtype=np.uint8)).save(tmp_path / "grey.png")
    image, _ = folders.PictureFiles([(tmp_path / "grey.png", 0)], 4)[0]
    assert image.unique().tolist() == [7]


def test_a_limit_keeps_the_classes_even(tmp_path):
    for part in ("train", "val", "test"):
        put(tmp_path / part, *flat(20))
    assert counts(folders.load(tmp_path, 8, per_class=8)) == [[8, 8], [2, 2], [2, 2]]
    assert counts(folders.load(tmp_path, 8, per_class=2)) == [[2, 2], [1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (None, "There is no folder"),
        ([], "has no pictures of cats and dogs"),
        (["train/1.jpg", "holiday.jpg"], "has no pictures of cats and dogs"),
        (["train/cat.1.jpg", "train/cat.2.jpg", "train/cat.3.jpg"], "no picture of a dog for"),
        (["train/cat.1.jpg", "train/dog.1.jpg"], "no picture of a cat for"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(tmp_path, names, words):
    folder = tmp_path / "pictures"
    if names is not None:
        folder.mkdir()
        put(folder, *names)
    with pytest.raises(DataError, match=words) as caught:
        folders.load(folder, 8)
    assert "kaggle.com/c/dogs-vs-cats" in str(caught.value)
    assert '"sample"' in str(caught.value)


def test_pictures_that_are_all_broken_are_none(tmp_path):
    put(tmp_path / "train", *flat(10))
    for path, _ in folders.find(tmp_path)["test"]:
        path.write_bytes(b"broken")
    with pytest.raises(DataError, match="no picture of a cat for test that can be read"):
        folders.load(tmp_path, 8)


@pytest.mark.parametrize("width", [8, 9])
def test_two_objects_lie_side_by_side(width):
    left, right = torch.zeros(3, 4, width), torch.arange(width).expand(3, 4, width)
    both = folders.side_by_side(left, right)
    assert both.shape == (3, 4, width)
    assert not both[..., : width // 2].any()
    assert both[0, 0, width // 2 :].tolist() == list(range(2, 2 + width - width // 2))


def test_drawn_pictures_are_the_same_each_time_and_of_two_kinds():
    album, again = drawn.load(32), drawn.load(32)
    assert torch.equal(album.test.images, again.test.images)
    assert counts(album) == [[number] * 2 for number in drawn.COUNTS.values()]
    assert drawn.load(48).train.images.shape == (400, 3, 48, 48)
    assert "no dogs and cats" in album.describe()
    half_cut = drawn.hourglass(
        *np.meshgrid(np.arange(-9.0, 10), np.arange(-9.0, 10)), np.array(0.5)
    )
    assert np.allclose(half_cut, half_cut[::-1])
    assert np.allclose(half_cut, half_cut[:, ::-1])
    assert (half_cut[9] < 0).sum() < (half_cut[4] < 0).sum()
