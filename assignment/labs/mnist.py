"""Grey images of 28 x 28 pixels: MNIST, a folder with its files, or the sample turned grey.

`load("mnist")` downloads, `load("some/folder")` reads, `load("sample")` draws. Nothing is
replaced silently: what you ask for is what you get, or an error that says what to do.
"""

import gzip
import math
import zlib
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from course import datasets
from course.datasets import DataError, ImageData

SIZE = 28
CLASSES = tuple("0123456789")
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
PLACES = (".", "raw", "MNIST/raw")
GREY = (0.299, 0.587, 0.114)  # share of red, green and blue: ITU-R BT.601
BYTES = 8  # IDX's code for unsigned bytes


def load(source: str = "mnist") -> ImageData:
    """Load a data set of grey 28 x 28 images into memory.

    Args:
        source: "mnist" (LeCun et al. 1998), downloaded once by torchvision; "sample", procedural
            images drawn in a second or two; or a folder with MNIST's four IDX files, plain or
            gzipped, also where they lie in its `raw` or `MNIST/raw`.

    Raises:
        DataError: where the images cannot be had; the message says what to do.
    """
    if source == "sample":
        return grey_sample()
    if source == "mnist":
        return read_folder(download())
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise DataError(
            f'"{source}" is not a folder: give "mnist", "sample", or the path of a folder with '
            "MNIST's files."
        )
    return read_folder(folder)


def grey_sample() -> ImageData:
    """The course's embedded sample, without its colours and without the two outer pixels."""
    sample = datasets.load_sample()
    train, test = grey(sample.train_images), grey(sample.test_images)
    mean, std = datasets.pixel_statistics(train)
    return replace(
        sample,
        name="the embedded sample in grey, 28 x 28 (procedural images, not MNIST)",
        train_images=train,
        test_images=test,
        mean=mean,
        std=std,
        notes=("quote no accuracy on these images as one on MNIST",),
    )


def grey(images: Tensor) -> Tensor:
    """uint8 (count, 3, 32, 32) to uint8 (count, 1, 28, 28): the middle, in grey."""
    edge = (images.shape[-1] - SIZE) // 2
    middle = images[..., edge : edge + SIZE, edge : edge + SIZE].float()
    weights = torch.tensor(GREY).view(3, 1, 1)
    return (middle * weights).sum(dim=1, keepdim=True).round().to(torch.uint8)


def download() -> Path:
    """Bring MNIST into the data folder unless it is there; return the folder."""
    from torchvision.datasets import MNIST

    folder = datasets.DOWNLOADS
    try:
        MNIST(str(folder), download=True)
    except (OSError, RuntimeError, EOFError) as error:
        raise DataError(
            f"MNIST could not be downloaded ({error}). Get its four files ({FILES[0]}.gz and so "
            "on) from elsewhere, put them into a folder, and give that folder's path as DATA; or "
            'work without them: the embedded sample is called "sample".'
        ) from error
    return folder


def read_folder(folder: Path) -> ImageData:
    """Read MNIST's four files from a folder, or from `raw` or `MNIST/raw` below it."""
    places = [folder / place for place in PLACES]
    place = next((p for p in places if any(find(p, name) for name in FILES)), None)
    if place is None:
        raise DataError(
            f'"{folder}" has none of MNIST\'s files, nor has its "MNIST/raw": put {FILES[0]} (or '
            f"{FILES[0]}.gz) and the three others there."
        )
    train_images, train_labels, test_images, test_labels = (
        read_idx(require(place, name)) for name in FILES
    )
    for images, labels, name in (
        (train_images, train_labels, FILES[1]),
        (test_images, test_labels, FILES[3]),
    ):
        if len(images) != len(labels) or images.shape[1:] != (SIZE, SIZE):
            raise DataError(
                f'"{place}" holds {len(labels)} labels for {len(images)} images of '
                f"{' x '.join(map(str, images.shape[1:]))} pixels, where MNIST has one for each "
                f"of its 28 x 28 images: fetch {name} and its images again."
            )
        if int(labels.max()) >= len(CLASSES):
            raise DataError(f'"{place / name}" has labels above 9: fetch it again.')
    mean, std = datasets.pixel_statistics(train_images.unsqueeze(1))
    return ImageData(
        "MNIST",
        train_images.unsqueeze(1),
        train_labels.long(),
        test_images.unsqueeze(1),
        test_labels.long(),
        CLASSES,
        mean,
        std,
    )


def find(folder: Path, name: str) -> Path | None:
    """The file, plain or gzipped, if it is there."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def require(folder: Path, name: str) -> Path:
    path = find(folder, name)
    if path is None:
        raise DataError(
            f'"{folder}" lacks {name} (or {name}.gz), one of MNIST\'s four files: put it there.'
        )
    return path


def read_idx(path: Path) -> Tensor:
    """An IDX file of bytes: uint8, of the shape that its header says.

    Two zeros, the type, the number of axes, each axis's length in four bytes (big-endian), then
    the numbers.

    Raises:
        DataError: where the file is damaged or holds something else.
    """
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f'"{path}" cannot be read ({error}): fetch it again.') from error
    axes = content[3] if content[:3] == bytes((0, 0, BYTES)) and len(content) > 3 else 0
    header, rest = content[4 : 4 + 4 * axes], content[4 + 4 * axes :]
    shape = [int.from_bytes(header[i : i + 4], "big") for i in range(0, len(header), 4)]
    if axes != (1 if "labels" in path.name else 3) or not rest or math.prod(shape) != len(rest):
        raise DataError(f'"{path}" is not one of MNIST\'s files, or is damaged: fetch it again.')
    return torch.frombuffer(bytearray(rest), dtype=torch.uint8).view(shape)
