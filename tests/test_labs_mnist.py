"""MNIST from torchvision's files, and the sample in their shape; damage is named in a sentence."""

import gzip
import shutil

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
import torchvision

from course.datasets import DataError
from labs import mnist


def idx(numbers):
    """An IDX file of bytes, written by the format's own definition."""
    header = bytes((0, 0, 8, numbers.ndim))
    return header + b"".join(n.to_bytes(4, "big") for n in numbers.shape) + bytes(numbers.flatten())


@pytest.fixture
def folder(tmp_path):
    """Sixty training and twenty test images, in torchvision's layout."""
    place = tmp_path / "MNIST" / "raw"
    place.mkdir(parents=True)
    torch.manual_seed(0)
    for part, count in (("train", 60), ("t10k", 20)):
        images = torch.randint(256, (count, 28, 28), dtype=torch.uint8)
        labels = (torch.arange(count) % 10).to(torch.uint8)
        (place / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (place / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels))
    return tmp_path


def test_it_reads_what_torchvision_reads(folder):
    data = mnist.load(str(folder))
    theirs = torchvision.datasets.MNIST(folder, train=True)
    assert data.name == "MNIST"
    assert data.train_images.shape == (60, 1, 28, 28)
    assert torch.equal(data.train_images.squeeze(1), theirs.data)
    assert torch.equal(data.train_labels, theirs.targets)
    assert torch.equal(
        data.test_images.squeeze(1), torchvision.datasets.MNIST(folder, train=False).data
    )
    assert data.mean == pytest.approx(((data.train_images / 255.0).mean().item(),), rel=1e-5)
    assert data.std == pytest.approx(
        ((data.train_images / 255.0).std(correction=0).item(),), rel=1e-5
    )


@pytest.mark.parametrize("place", ["MNIST/raw", "MNIST"])
def test_the_files_may_be_gzipped_and_lie_in_any_of_the_usual_places(folder, place):
    expected = mnist.load(str(folder))
    for path in (folder / "MNIST" / "raw").iterdir():
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    found = mnist.load(str(folder / place))
    assert torch.equal(found.train_images, expected.train_images)
    assert torch.equal(found.test_labels, expected.test_labels)


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("train-images-idx3-ubyte", lambda c: c[:-1], "is damaged: fetch it again"),
        ("train-images-idx3-ubyte", lambda c: b"", "is damaged: fetch it again"),
        ("train-images-idx3-ubyte", lambda c: b"<html>", "is not one of MNIST's files"),
        ("t10k-labels-idx1-ubyte", lambda c: c[:2] + b"\x0d" + c[3:], "is not one of MNIST's"),
        ("t10k-labels-idx1-ubyte", lambda c: c[:7] + b"\x13" + c[8:-1], "19 labels for 20 images"),
        ("train-labels-idx1-ubyte", lambda c: c[:-1] + b"\x0a", "labels above 9"),
    ],
)
def test_a_damaged_file_is_named(folder, name, damage, words):
    path = folder / "MNIST" / "raw" / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=words) as raised:
        mnist.load(str(folder))
    assert "\n" not in str(raised.value)


def test_what_is_missing_is_named(folder, tmp_path):
    raw = folder / "MNIST" / "raw"
    (raw / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="lacks t10k-images-idx3-ubyte"):
        mnist.load(str(folder))
    shutil.rmtree(raw)
    with pytest.raises(DataError, match="has none of MNIST's files"):
        mnist.load(str(folder))
    with pytest.raises(DataError, match='give "mnist", "sample"'):
        mnist.load("mnsit")


def test_a_gzip_file_that_ends_early_is_named(folder):
    path = folder / "MNIST" / "raw" / "train-images-idx3-ubyte"
    content = gzip.compress(path.read_bytes())
    path.unlink()
    path.with_name(path.name + ".gz").write_bytes(content[:-20])
    with pytest.raises(DataError, match=r"ubyte\.gz\" cannot be read .*fetch it again"):
        mnist.load(str(folder))


def test_a_failed_download_says_what_to_do(monkeypatch):
    def failing(*arguments, **options):
        raise RuntimeError("no connection")

    monkeypatch.setattr(torchvision.datasets, "MNIST", failing)
    with pytest.raises(DataError, match=r"no connection.*folder's path as DATA.*\"sample\""):
        mnist.load("mnist")


def test_a_download_is_read_from_its_place(folder, monkeypatch):
    monkeypatch.setattr("course.datasets.DOWNLOADS", folder)
    asked = []
    monkeypatch.setattr(
        torchvision.datasets, "MNIST", lambda root, download: asked.append((root, download))
    )
    assert len(mnist.load("mnist").train_images) == 60
    assert asked == [(str(folder), True)]


def test_the_sample_is_grey_and_says_that_it_is_not_mnist():
    data = mnist.load("sample")
    assert data.train_images.shape == (10_000, 1, 28, 28)
    assert data.train_images.dtype == torch.uint8
    assert "not MNIST" in data.name
    assert "not CIFAR" not in data.describe()
    assert data.mean == pytest.approx((0.5,), abs=0.05)
    white = torch.full((1, 3, 32, 32), 255, dtype=torch.uint8)
    white[:, :, 2:30, 2:30] = torch.tensor([255, 0, 0], dtype=torch.uint8).view(3, 1, 1)
    assert mnist.grey(white).unique().tolist() == [76]
