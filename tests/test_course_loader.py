"""The loader: every image once, the same again for the same seed, the student's functions used."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

import utils
from course import datasets, loader


def numbered(count):
    """Images that can be told apart by their first pixel, and their numbers as labels."""
    images = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    return images.contiguous(), torch.arange(count)


def make(count=10, **options):
    images, labels = numbered(count)
    return loader.Loader(images, labels, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), **options)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (16, [10])])
def test_every_image_comes_once_with_its_label(shuffle, batch_size, sizes):
    batches = make(batch_size=batch_size, shuffle=shuffle)
    seen = list(batches)
    assert [len(labels) for _, labels in seen] == sizes
    assert len(batches) == len(sizes)
    labels = torch.cat([labels for _, labels in seen])
    pixels = torch.cat([images[:, 0, 0, 0] for images, _ in seen]) * 0.25 + 0.5
    assert sorted(labels.tolist()) == list(range(10))
    torch.testing.assert_close(pixels * 255, labels.float())


def test_a_last_smaller_batch_can_be_left_out():
    batches = make(batch_size=4, shuffle=True, whole_batches=True)
    assert [len(labels) for _, labels in batches] == [4, 4]
    assert len(batches) == 2
    assert [len(labels) for _, labels in make(batch_size=16, whole_batches=True)] == [10]


def test_batches_that_are_augmented_together_are_the_same_batches():
    one_by_one, together = (make(batch_size=4, shuffle=True) for _ in range(2))
    together.together = 8
    for (images, labels), (others, other_labels) in zip(one_by_one, together, strict=True):
        assert torch.equal(images, others)
        assert torch.equal(labels, other_labels)


def test_images_are_normalised():
    images, _ = next(iter(make()))
    assert images.dtype == torch.float32
    torch.testing.assert_close(images[3], torch.full((3, 8, 8), (3 / 255 - 0.5) / 0.25))


def test_the_seed_decides_order_and_augmentation():
    def passes(seed):
        generator = torch.Generator().manual_seed(0)
        images = torch.randint(0, 256, (50, 3, 8, 8), dtype=torch.uint8, generator=generator)
        batches = loader.Loader(
            images,
            torch.arange(50),
            (0.0,) * 3,
            (1.0,) * 3,
            augmentation=loader.Augmentation(erase=0.5, padding=2, erase_size=2),
            shuffle=True,
            seed=seed,
        )
        return [next(iter(batches)) for _ in range(2)]

    first, again, other = passes(1), passes(1), passes(2)
    for (images, labels), (same_images, same_labels) in zip(first, again, strict=True):
        assert torch.equal(images, same_images)
        assert torch.equal(labels, same_labels)
    assert not torch.equal(first[0][1], other[0][1])
    assert not torch.equal(first[0][1], first[1][1])


def test_the_students_functions_are_called_through_their_module(monkeypatch):
    called = []
    names = ("random_horizontal_flip", "random_crop", "random_erase", "scale_to_unit", "normalize")
    for name in names:
        original = getattr(utils, name)

        def spy(*args, name=name, original=original):
            called.append(name)
            return original(*args)

        monkeypatch.setattr(utils, name, spy)
    next(iter(make(augmentation=loader.Augmentation(erase=0.1, erase_size=2))))
    assert called == [*names]


def test_what_has_probability_zero_is_not_needed(monkeypatch):
    for name in ("random_horizontal_flip", "random_crop", "random_erase"):
        monkeypatch.delattr(utils, name)
    assert len(next(iter(make(augmentation=loader.Augmentation(0, 0, 0))))[0]) == 10


@pytest.mark.parametrize("probability", [-0.1, 1.1])
def test_a_probability_is_between_zero_and_one(probability):
    with pytest.raises(ValueError, match="crop is a probability, from 0 to 1"):
        loader.Augmentation(crop=probability)


def test_as_many_labels_as_images():
    with pytest.raises(ValueError, match="10 images, but 9 labels"):
        loader.Loader(numbered(10)[0], torch.arange(9), (0.5,), (0.5,))


def test_cifar10_is_split_into_45000_and_5000():
    images, labels = torch.empty(50_000, 0), torch.empty(50_000)
    data = datasets.ImageData("", images, labels, images, labels, (), (), ())
    train, validation = loader.split(data)
    assert (len(train), len(validation)) == (45_000, 5_000)
    assert torch.equal(train, loader.split(data)[0])
    assert not torch.equal(train, loader.split(data, seed=1)[0])
