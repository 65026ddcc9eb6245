"""Dogs and cats: pictures from a folder of yours, as a data set for training.

The full set, 25,000 pictures, is Kaggle's "Dogs vs. Cats" (kaggle.com/c/dogs-vs-cats); Microsoft
offers the same pictures without an account. Any other folder in one of these layouts does:
`train/cat.0.jpg` (all in one folder, as Kaggle has it), `train/cat/...` (a folder for each class),
either with `val` and `test` beside `train` or without, or `Cat/...` and `Dog/...` alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from course.datasets import DataError, spread

CLASSES = ("cat", "dog")
SUFFIXES = {".jpg", ".jpeg", ".png"}
PARTS = {"train": ("train",), "validation": ("val", "valid", "validation"), "test": ("test",)}
HELD_BACK = 0.1
NAMED = 5
ADVICE = (
    "Download the pictures from kaggle.com/c/dogs-vs-cats, or without an account from "
    "microsoft.com/en-us/download/details.aspx?id=54765, unpack them, and give the folder's path; "
    'or work without them: the drawn pictures are called "sample".'
)
File = tuple[Path, int]


class BrokenPicture(DataError):
    """A file is no picture that can be read; the message names it."""


class PictureFiles(Dataset[tuple[Tensor, int]]):
    """Pictures in files, read one at a time, and all brought to one size.

    An item is (image uint8 (3, size, size), label): the largest square from the picture's middle,
    scaled.

    Args:
        files: path and label of each.
        size: height and width that the images get, in pixels.
    """

    def __init__(self, files: Sequence[File], size: int) -> None:
        self.files = files
        self.size = size

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Read one picture.

        Raises:
            BrokenPicture: where the file cannot be read as one.
        """
        path, label = self.files[index]
        square = (self.size, self.size)
        try:
            with Image.open(path) as picture:
                picture.draft("RGB", square)
                fitted = ImageOps.fit(picture.convert("RGB"), square, Image.Resampling.BICUBIC)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise BrokenPicture(f'"{path}" cannot be read as a picture.') from error
        return torch.from_numpy(np.array(fitted)).permute(2, 0, 1), label


@dataclass(frozen=True)
class Part:
    """Images uint8 (count, 3, size, size) and labels int64 (count,)."""

    images: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Album:
    """A small data set in memory, in three parts.

    Attributes:
        name: what to call it wherever a result is quoted.
        classes: the classes' names.
        train, validation, test: the parts.
        skipped: files that could not be read.
        notes: what a reader of your results should know about this data.
    """

    name: str
    classes: tuple[str, ...]
    train: Part
    validation: Part
    test: Part
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Name, sizes, classes, notes and what was skipped, a line each."""
        counts = [
            f"{len(part.images):,} for {purpose}"
            for part, purpose in (
                (self.train, "training"),
                (self.validation, "validation"),
                (self.test, "the test"),
            )
        ]
        lines = [self.name, f"images: {', '.join(counts)}", f"classes: {', '.join(self.classes)}"]
        lines += [f"Note: {note}" for note in self.notes]
        if self.skipped:
            more = f" and {len(self.skipped) - NAMED} more" if len(self.skipped) > NAMED else ""
            named = ", ".join(self.skipped[:NAMED]) + more
            lines.append(f"Skipped, since they cannot be read: {len(self.skipped)} ({named})")
        return "\n".join(lines)


def load(folder: Path | str, size: int, per_class: int | None = None) -> Album:
    """Read dogs and cats from a folder.

    Where there is no validation or test part, a tenth of the training pictures of each class
    becomes one; which ones hangs on the files' names alone, so that it is the same everywhere.

    Args:
        folder: where they lie, in one of the module's layouts.
        size: height and width that the images get, in pixels.
        per_class: of the training pictures at most so many of each class, and a quarter as many
            for validation and for the test; None is all.

    Raises:
        DataError: where there is no such folder, or no picture of each class in each part.
    """
    folder = Path(folder).expanduser()
    parts, skipped = {}, []
    for name, files in find(folder).items():
        if per_class is not None:
            files = first(files, per_class if name == "train" else max(1, per_class // 4))
        parts[name], broken = read(PictureFiles(files, size), name)
        skipped += [str(path.relative_to(folder)) for path in broken]
        require_classes(parts[name].labels.tolist(), folder, name)
    return Album(
        f'the dogs and cats in "{folder.resolve().name}"',
        CLASSES,
        parts["train"],
        parts["validation"],
        parts["test"],
        tuple(skipped),
    )


def find(folder: Path) -> dict[str, list[File]]:
    """The files of each part, in an order that hangs on their names alone.

    Raises:
        DataError: where there is no such folder, or no picture of each class in each part.
    """
    if not folder.is_dir():
        raise DataError(f'There is no folder "{folder}". {ADVICE}')
    found = {}
    for part, names in PARTS.items():
        places = [folder / name for name in names if (folder / name).is_dir()]
        found[part] = labelled(places[0]) if places else []
    found["train"] = found["train"] or labelled(folder) or labelled(folder / "PetImages")
    if not found["train"]:
        raise DataError(f'"{folder}" has no pictures of cats and dogs. {ADVICE}')
    for part in ("test", "validation"):
        if not found[part]:
            found[part], found["train"] = held_back(found["train"])
    for part, files in found.items():
        require_classes([label for _, label in files], folder, part)
    return found


def labelled(folder: Path) -> list[File]:
    """The pictures in a folder and its class folders whose class is known, in a fixed order."""
    found = []
    for path in [*folder.glob("*"), *folder.glob("*/*")]:
        names = (path.parent.name.lower().rstrip("s"), path.name.lower().split(".")[0])
        known = [CLASSES.index(name) for name in names if name in CLASSES]
        if known and path.suffix.lower() in SUFFIXES:
            found.append((path, known[0]))
    return sorted(found, key=lambda file: hashlib.sha256(file[0].name.encode()).digest())


def held_back(files: list[File]) -> tuple[list[File], list[File]]:
    """The first tenth of each class, at least one, and the rest."""
    taken = [
        file
        for label in range(len(CLASSES))
        for mine in [[file for file in files if file[1] == label]]
        for file in mine[: max(1, round(HELD_BACK * len(mine)))]
    ]
    return taken, [file for file in files if file not in set(taken)]


def first(files: list[File], per_class: int) -> list[File]:
    """At most so many of each class."""
    labels = torch.tensor([label for _, label in files])
    return [files[index] for index in spread(labels, per_class * len(CLASSES)).tolist()]


def read(dataset: PictureFiles, name: str) -> tuple[Part, list[Path]]:
    """All pictures that can be read, in memory, and the files that cannot."""
    images, labels, broken = [], [], []
    for index in tqdm(range(len(dataset)), f"reading, {name}", unit=" pictures"):
        try:
            image, label = dataset[index]
        except BrokenPicture:
            broken.append(dataset.files[index][0])
            continue
        images.append(image)
        labels.append(label)
    empty = torch.empty(0, 3, dataset.size, dataset.size, dtype=torch.uint8)
    return Part(torch.stack(images) if images else empty, torch.tensor(labels).long()), broken


def require_classes(labels: Sequence[int], folder: Path, part: str) -> None:
    """Check that a part has every class.

    Raises:
        DataError: where it lacks one.
    """
    for label, name in enumerate(CLASSES):
        if label not in labels:
            raise DataError(
                f'"{folder}" has no picture of a {name} for {part} that can be read. {ADVICE}'
            )


def side_by_side(left: Tensor, right: Tensor) -> Tensor:
    """One image with two objects: the middle halves of two images.

    Args:
        left, right: (channels, height, width).

    Returns:
        (channels, height, width).
    """
    width = left.shape[-1]
    quarter, half = width // 4, width // 2
    middle = slice(quarter, quarter + half)
    return torch.cat([left[..., middle], right[..., quarter : quarter + width - half]], dim=-1)
