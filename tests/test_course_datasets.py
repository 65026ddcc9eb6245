"""Data sets: every layout is read, nothing in a pickle is run, and errors say what to do."""

import hashlib
import pickle
import struct
import urllib.error

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import numpy as np
import pytest
import torch
import torchvision.datasets.utils as torchvision_utils
from PIL import Image

from course import cifar, datasets
from data import known

EACH = 20


class Python2Pickler(pickle._Pickler):  # type: ignore[name-defined]
    """Writes text and bytes as Python 2 wrote its one kind of string, as the official files do."""

    dispatch = pickle._Pickler.dispatch.copy()  # type: ignore[attr-defined]

    def save_string(self, value):
        raw = value.encode("latin1") if isinstance(value, str) else value
        self.write(b"T" + struct.pack("<i", len(raw)) + raw)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_string


def write_official(content, file):
    Python2Pickler(file, protocol=2).dump(content)


def write_numpy1(content, file):
    file.write(pickle.dumps(content, protocol=2).replace(b"numpy._core", b"numpy.core"))


def write_copy(content, file):
    pickle.dump(content, file, protocol=4)


def write_batches(folder, write):
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    pixels = {}
    for name in (*known.CIFAR10_TRAIN_FILES, *known.CIFAR10_TEST_FILES):
        pixels[name] = rng.integers(0, 256, (EACH, 3072), dtype=np.uint8)
        content = {"data": pixels[name], "labels": [i % 10 for i in range(EACH)]}
        with (folder / name).open("wb") as file:
            write(content, file)
    with (folder / known.CIFAR10_META_FILE).open("wb") as file:
        write({"label_names": list(known.CIFAR10.classes), "num_vis": 3072}, file)
    return pixels


@pytest.fixture
def batches(tmp_path):
    folder = tmp_path / known.CIFAR10_FOLDER
    write_batches(folder, write_copy)
    return folder


@pytest.mark.parametrize("write", [write_official, write_numpy1, write_copy])
@pytest.mark.parametrize("inside", ["", known.CIFAR10_FOLDER])
def test_batches_are_read_whoever_wrote_them(tmp_path, write, inside):
    pixels = write_batches(tmp_path / "set" / inside, write)
    data = datasets.load(str(tmp_path / "set"))
    expected = np.concatenate([pixels[name] for name in known.CIFAR10_TRAIN_FILES])
    assert data.train_images.shape == (5 * EACH, 3, 32, 32)
    assert (data.train_images.flatten(1).numpy() == expected).all()
    assert (data.test_images.flatten(1).numpy() == pixels["test_batch"]).all()
    assert data.test_labels.tolist() == [i % 10 for i in range(EACH)]
    assert data.classes == known.CIFAR10.classes
    assert data.mean == known.CIFAR10.mean


def test_other_checksums_are_noted(batches):
    data = datasets.load(str(batches))
    assert data.name == "CIFAR-10 (a copy, not the official files)"
    assert "7 of 7 files do not have the official MD5" in data.describe()


def test_official_checksums_need_no_note(batches, monkeypatch):
    sums = {name: hashlib.md5((batches / name).read_bytes()).hexdigest() for name in MD5_NAMES}
    monkeypatch.setattr(known, "CIFAR10_MD5", sums)
    data = datasets.load(str(batches))
    assert data.name == "CIFAR-10"
    assert data.notes == ()


MD5_NAMES = tuple(known.CIFAR10_MD5)


def test_a_missing_batch_is_named(batches):
    (batches / "data_batch_3").unlink()
    with pytest.raises(datasets.DataError, match=r"data_batch_3\" is missing\. Delete the folder"):
        datasets.load(str(batches))


def test_a_truncated_batch_is_named(batches):
    path = batches / "data_batch_2"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(datasets.DataError, match=r"data_batch_2\" cannot be read"):
        datasets.load(str(batches))


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_nothing_in_a_pickle_is_run(batches, tmp_path):
    harm = tmp_path / "harm"
    (batches / "test_batch").write_bytes(pickle.dumps({"data": Payload(harm)}))
    with pytest.raises(datasets.DataError, match=r"test_batch\" cannot be read \(it asks for"):
        datasets.load(str(batches))
    assert not harm.exists()


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"labels": [0]},
        {"data": np.zeros((2, 3072), np.uint8), "labels": [0]},
        {"data": np.zeros((1, 3072), np.uint8), "labels": [10]},
        {"data": np.zeros((1, 3000), np.uint8), "labels": [0]},
        {"data": np.zeros((1, 3072), np.float32), "labels": [0]},
    ],
)
def test_a_file_of_another_content_is_refused(tmp_path, content):
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(content, protocol=4))
    with pytest.raises(datasets.DataError, match="data_batch_1"):
        cifar.read_images(path, 10)


def test_cifar10_is_downloaded_once(tmp_path, monkeypatch):
    calls = []

    def download(url, root, filename, md5):
        calls.append((url, filename, md5))
        write_batches(tmp_path / known.CIFAR10_FOLDER, write_copy)

    monkeypatch.setattr(torchvision_utils, "download_and_extract_archive", download)
    for _ in range(2):
        assert len(datasets.load("cifar10", tmp_path).train_images) == 5 * EACH
    assert calls == [(known.CIFAR10_URL, known.CIFAR10_ARCHIVE, known.CIFAR10_ARCHIVE_MD5)]


@pytest.mark.parametrize(
    "error", [urllib.error.URLError("no network"), RuntimeError("File not found or corrupted.")]
)
def test_no_download_says_how_to_go_on(tmp_path, monkeypatch, error):
    def download(*args, **kwargs):
        raise error

    monkeypatch.setattr(torchvision_utils, "download_and_extract_archive", download)
    with pytest.raises(datasets.DataError) as caught:
        datasets.load("cifar10", tmp_path / "new")
    for part in (known.CIFAR10_URL, known.CIFAR10_ARCHIVE, str(tmp_path / "new"), '"sample"'):
        assert part in str(caught.value)


def test_a_wrong_path_says_what_there_is(tmp_path):
    with pytest.raises(datasets.DataError, match='give "cifar10", "sample", or the path'):
        datasets.load(str(tmp_path / "nowhere"))


@pytest.fixture
def class_folders(tmp_path):
    for part, count in (("train", 3), ("test", 2)):
        for shade, (name, suffix) in enumerate((("cat", "png"), ("ant", "jpg"))):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                Image.new("RGB", (32, 32), (200 * shade, 100, 0)).save(
                    folder / f"{number}.{suffix}"
                )
    return tmp_path


def test_class_folders_are_read(class_folders):
    data = datasets.load(str(class_folders))
    assert data.classes == ("ant", "cat")
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.train_images[-1, :, 0, 0].tolist() == [0, 100, 0]
    assert data.test_images.shape == (4, 3, 32, 32)
    assert data.mean == pytest.approx((100 / 255, 100 / 255, 0), abs=0.01)
    assert data.std == pytest.approx((100 / 255, 1 / 255, 1 / 255), abs=0.01)


def test_a_folder_of_neither_layout_is_explained(tmp_path):
    with pytest.raises(datasets.DataError, match="train and test is missing"):
        datasets.load(str(tmp_path))


def test_an_image_of_another_size_is_named(class_folders):
    Image.new("RGB", (40, 30)).save(class_folders / "train" / "cat" / "1.png")
    with pytest.raises(datasets.DataError, match=r"1\.png\" is 40 pixels wide and 30 high"):
        datasets.load(str(class_folders))


def test_a_truncated_image_is_named(class_folders):
    path = class_folders / "test" / "ant" / "0.jpg"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(datasets.DataError, match=r"0\.jpg\" cannot be read as an image"):
        datasets.load(str(class_folders))


def test_a_class_without_images_is_named(class_folders):
    for path in (class_folders / "test" / "ant").iterdir():
        path.unlink()
    with pytest.raises(datasets.DataError, match=r"has no \.png or \.jpg file"):
        datasets.load(str(class_folders))


def test_a_class_of_the_test_part_alone_is_named(class_folders):
    (class_folders / "test" / "dog").mkdir()
    with pytest.raises(datasets.DataError, match='classes that "train" lacks: dog'):
        datasets.load(str(class_folders))


def test_the_sample_is_named_for_what_it_is():
    assert "procedural images, not CIFAR-10" in datasets.load("sample").describe()


def test_statistics_are_those_of_the_pixels():
    images = torch.randint(0, 256, (7, 3, 5, 4), dtype=torch.uint8)
    mean, std = datasets.pixel_statistics(images)
    pixels = images.double() / 255
    assert mean == pytest.approx(pixels.mean(dim=(0, 2, 3)).tolist())
    assert std == pytest.approx(pixels.std(dim=(0, 2, 3), correction=0).tolist())


def test_a_channel_that_never_changes_can_be_normalised():
    _, std = datasets.pixel_statistics(torch.zeros(2, 3, 4, 4, dtype=torch.uint8))
    assert std == (1 / 255,) * 3


def test_the_first_images_are_spread_over_the_classes_and_bring_their_labels():
    data = datasets.load("sample")
    few = datasets.first_images(data, 25)
    assert few.name == f"{data.name}, only 25 training images"
    counts = torch.bincount(few.train_labels, minlength=10)
    assert sorted(counts.tolist()) == [2] * 5 + [3] * 5
    for label in range(10):
        images = data.train_images[data.train_labels == label]
        assert torch.equal(few.train_images[few.train_labels == label], images[: counts[label]])
    assert len(few.test_images) == 25
    with pytest.raises(datasets.DataError, match="9 images are not enough for 10 classes"):
        datasets.first_images(data, 9)


def test_the_first_classes_bring_all_their_images_and_no_others():
    data = datasets.load("sample")
    four = datasets.first_classes(data, 4)
    assert four.classes == data.classes[:4]
    assert torch.equal(four.train_labels, data.train_labels[data.train_labels < 4])
    assert torch.equal(four.test_images, data.test_images[data.test_labels < 4])
    assert four.name.endswith(", ".join(data.classes[:4]))
    with pytest.raises(datasets.DataError, match="has 10 classes, but 11 are needed"):
        datasets.first_classes(data, 11)
