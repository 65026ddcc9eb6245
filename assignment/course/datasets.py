"""Where images come from: CIFAR-10, the embedded sample, or a folder of yours.

`load("cifar10")` downloads, `load("sample")` draws, `load("some/folder")` reads. Nothing is
replaced silently: what you ask for is what you get, or an error that says what to do.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import data
from course.cifar import IMAGE_SHAPE, DataError, md5_of, read_batch, read_images
from data import known, sample

DOWNLOADS = Path(data.__file__).parent / "downloads"
SUFFIXES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class ImageData:
    """A data set in memory.

    Attributes:
        name: what to call it wherever a result is quoted.
        train_images: uint8 (count, 3, 32, 32); validation images are split off these.
        train_labels: int64 (count,), indices into `classes`.
        test_images: uint8 (count, 3, 32, 32).
        test_labels: int64 (count,).
        classes: the classes' names.
        mean: of the training pixels in [0, 1], for each channel.
        std: likewise.
        notes: what a reader of your results should know about this data.
    """

    name: str
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Name, sizes, classes and notes, a line each."""
        lines = [
            self.name,
            f"{len(self.train_images):,} training images, {len(self.test_images):,} test images",
            f"{len(self.classes)} classes: {', '.join(self.classes)}",
            *(f"Note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def load(source: str = "cifar10", folder: Path | str | None = None) -> ImageData:
    """Load a data set into memory.

    Args:
        source: "cifar10", downloaded once; "sample", drawn in a second or two; or the path of
            a folder that holds either the official `data_batch_1` ... files of CIFAR-10's
            Python version (or a folder `cifar-10-batches-py` with them), or images as
            `{train,test}/{class}/*.png` (or .jpg).
        folder: where "cifar10" is kept; None is `data/downloads`.

    Raises:
        DataError: where the images cannot be had; the message says what to do.
    """
    if source == "sample":
        return load_sample()
    if source == "cifar10":
        return load_batches(download_cifar10(Path(folder or DOWNLOADS)))
    path = Path(source).expanduser()
    if not path.is_dir():
        raise DataError(
            f'"{source}" is not a folder: give "cifar10", "sample", or the path of a folder '
            "with images."
        )
    for batches in (path, path / known.CIFAR10_FOLDER):
        if any((batches / name).exists() for name in known.CIFAR10_MD5):
            return load_batches(batches)
    return load_class_folders(path)


def first_classes(data: ImageData, count: int) -> ImageData:
    """Only the images of the first `count` classes.

    Raises:
        DataError: where there are fewer classes.
    """
    if len(data.classes) < count:
        raise DataError(f"{data.name} has {len(data.classes)} classes, but {count} are needed.")
    train, test = data.train_labels < count, data.test_labels < count
    classes = data.classes[:count]
    return replace(chosen(data, train, test, ", ".join(classes)), classes=classes)


def first_images(data: ImageData, count: int) -> ImageData:
    """At most `count` training images and as many test images, spread over the classes.

    Raises:
        DataError: where `count` is not enough for one image of each class.
    """
    if count < len(data.classes):
        raise DataError(
            f"{count} images are not enough for {len(data.classes)} classes: take more."
        )
    train, test = spread(data.train_labels, count), spread(data.test_labels, count)
    return chosen(data, train, test, f"{len(train):,} training images")


def chosen(data: ImageData, train: Tensor, test: Tensor, what: str) -> ImageData:
    """Only these training and test images, by index or by mask; `what` goes into the name."""
    return replace(
        data,
        name=f"{data.name}, only {what}",
        train_images=data.train_images[train],
        train_labels=data.train_labels[train],
        test_images=data.test_images[test],
        test_labels=data.test_labels[test],
    )


def spread(labels: Tensor, count: int) -> Tensor:
    """Indices of at most `count` labels, the same number of each class (or one more)."""
    order = labels.argsort(stable=True)
    sizes = torch.bincount(labels)
    rank = torch.empty_like(labels)
    rank[order] = torch.arange(len(labels)) - (sizes.cumsum(0) - sizes)[labels[order]]
    return rank.argsort(stable=True)[:count]


def load_sample() -> ImageData:
    train, test = sample.generate()
    facts = known.SAMPLE
    return ImageData(
        facts.title,
        torch.from_numpy(train.images),
        torch.from_numpy(train.labels),
        torch.from_numpy(test.images),
        torch.from_numpy(test.labels),
        facts.classes,
        facts.mean,
        facts.std,
        ("quote no accuracy on these images as one on CIFAR-10",),
    )


def download_cifar10(folder: Path) -> Path:
    """Bring CIFAR-10 into `folder` unless it is there; return the folder of its batches."""
    batches = folder / known.CIFAR10_FOLDER
    if all((batches / name).is_file() for name in known.CIFAR10_MD5):
        return batches
    from torchvision.datasets.utils import download_and_extract_archive

    try:
        folder.mkdir(parents=True, exist_ok=True)
        download_and_extract_archive(
            known.CIFAR10_URL,
            str(folder),
            filename=known.CIFAR10_ARCHIVE,
            md5=known.CIFAR10_ARCHIVE_MD5,
        )
    except (OSError, RuntimeError, EOFError) as error:
        raise DataError(
            f"CIFAR-10 could not be downloaded ({error}). Download {known.CIFAR10_URL} "
            f'({known.CIFAR10_ARCHIVE_SIZE}) in a browser, put it into "{folder}" as '
            f"{known.CIFAR10_ARCHIVE}, and load again; or work without it: "
            'the embedded sample is called "sample" (datasets.load("sample"), '
            "or --data sample)."
        ) from error
    return batches


def load_batches(folder: Path) -> ImageData:
    """Read CIFAR-10 in the layout of its official Python version."""
    classes = tuple(read_batch(folder / known.CIFAR10_META_FILE)["label_names"])
    train = [read_images(folder / name, len(classes)) for name in known.CIFAR10_TRAIN_FILES]
    test = [read_images(folder / name, len(classes)) for name in known.CIFAR10_TEST_FILES]
    changed = [name for name, md5 in known.CIFAR10_MD5.items() if md5_of(folder / name) != md5]
    facts = known.CIFAR10
    return ImageData(
        f"{facts.title} (a copy, not the official files)" if changed else facts.title,
        torch.cat([images for images, _ in train]),
        torch.cat([labels for _, labels in train]),
        torch.cat([images for images, _ in test]),
        torch.cat([labels for _, labels in test]),
        classes,
        facts.mean,
        facts.std,
        (
            f"{len(changed)} of {len(known.CIFAR10_MD5)} files do not have the official MD5 "
            "checksums; say so when you quote results",
        )
        if changed
        else (),
    )


def load_class_folders(folder: Path) -> ImageData:
    """Read images laid out as `{train,test}/{class}/*.png` or .jpg."""
    missing = [part for part in ("train", "test") if not (folder / part).is_dir()]
    if missing:
        raise DataError(
            f'"{folder}" holds neither CIFAR-10\'s batches ({known.CIFAR10_META_FILE}, ...) nor '
            f"class folders: {' and '.join(missing)} is missing. Lay images out as "
            "train/CLASS/NAME.png and test/CLASS/NAME.png."
        )
    classes = tuple(sorted(path.name for path in (folder / "train").iterdir() if path.is_dir()))
    extra = {path.name for path in (folder / "test").iterdir() if path.is_dir()} - set(classes)
    if extra:
        raise DataError(
            f'"{folder / "test"}" has classes that "train" lacks: {", ".join(sorted(extra))}. '
            "Both need the same folders."
        )
    train_images, train_labels = read_class_folders(folder / "train", classes)
    test_images, test_labels = read_class_folders(folder / "test", classes)
    mean, std = pixel_statistics(train_images)
    return ImageData(
        f'the images in "{folder.resolve().name}"',
        train_images,
        train_labels,
        test_images,
        test_labels,
        classes,
        mean,
        std,
    )


def read_class_folders(folder: Path, classes: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """Images uint8 (count, 3, 32, 32) and labels int64 (count,), class by class."""
    from PIL import Image

    images, labels = [], []
    for label, name in enumerate(classes):
        files = sorted(p for p in (folder / name).glob("*") if p.suffix.lower() in SUFFIXES)
        if not files:
            raise DataError(
                f'"{folder / name}" has no .png or .jpg file: put images of this class there.'
            )
        for path in files:
            try:
                pixels = np.array(Image.open(path).convert("RGB")).transpose(2, 0, 1)
            except (OSError, SyntaxError, ValueError) as error:
                raise DataError(
                    f'"{path}" cannot be read as an image: replace or delete it.'
                ) from error
            if pixels.shape != IMAGE_SHAPE:
                raise DataError(
                    f'"{path}" is {pixels.shape[2]} pixels wide and {pixels.shape[1]} high, '
                    "but the course's models read 32 x 32: scale your images first."
                )
            images.append(torch.from_numpy(pixels))
            labels.append(label)
    return torch.stack(images), torch.tensor(labels)


def pixel_statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation (at least 1/255) of pixels in [0, 1], for each channel.

    Args:
        images: uint8 (count, channels, height, width).
    """
    values = torch.arange(256, dtype=torch.float64) / 255
    means, stds = [], []
    for channel in images.unbind(1):
        share = torch.bincount(channel.flatten(), minlength=256) / channel.numel()
        mean = (share * values).sum()
        means.append(mean.item())
        stds.append(max((share * (values - mean) ** 2).sum().sqrt().item(), 1 / 255))
    return tuple(means), tuple(stds)
