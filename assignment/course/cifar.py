"""Reads the files of CIFAR-10's Python version without trusting them."""

import hashlib
import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from data import known

IMAGE_SHAPE = (3, 32, 32)


class DataError(RuntimeError):
    """The images cannot be had; the message says which file is wrong and what to do."""


def read_images(path: Path, num_classes: int) -> tuple[Tensor, Tensor]:
    """One batch file: images uint8 (count, 3, 32, 32) and labels int64 (count,)."""
    batch = read_batch(path)
    pixels, labels = batch.get("data"), batch.get("labels")
    length = int(np.prod(IMAGE_SHAPE))
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.dtype != np.uint8
        or pixels.shape[1:] != (length,)
        or not isinstance(labels, list)
        or len(labels) != len(pixels)
        or not all(isinstance(label, int) and 0 <= label < num_classes for label in labels)
    ):
        raise DataError(
            f'"{path}" is not a batch of CIFAR-10: expected "data", uint8 (count, {length}), '
            f'and as many "labels" from 0 to {num_classes - 1}. {REPLACE}'
        )
    images = torch.from_numpy(pixels.reshape(-1, *IMAGE_SHAPE).copy())
    return images, torch.tensor(labels, dtype=torch.int64)


REPLACE = (
    "Delete the folder it is in and get CIFAR-10 again: "
    f"{known.CIFAR10_URL} (datasets.load() does it for you)."
)


def read_batch(path: Path) -> dict[str, Any]:
    """Unpickle one file of CIFAR-10, allowing nothing in it but arrays and plain values."""
    if not path.is_file():
        raise DataError(f'"{path}" is missing. {REPLACE}')
    try:
        with path.open("rb") as file:
            content = ArrayUnpickler(file).load()
    except Exception as error:  # a damaged pickle raises nearly anything
        raise DataError(f'"{path}" cannot be read ({error}). {REPLACE}') from error
    if not isinstance(content, dict):
        raise DataError(f'"{path}" holds a {type(content).__name__}, not a dict. {REPLACE}')
    return {key.decode() if isinstance(key, bytes) else key: content[key] for key in content}


class ArrayUnpickler(pickle.Unpickler):
    """Reads numpy arrays and Python's plain values, and refuses everything else.

    A pickle can name any function to be called when it is read, so an unrestricted one from
    the web could run anything on your machine.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, encoding="latin1")

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): np.dtype,
            # numpy 1 and numpy 2 keep the function that rebuilds an array in different modules.
            ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
            ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
            ("_codecs", "encode"): encode_latin1,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return allowed[module, name]


def encode_latin1(text: str, encoding: str) -> bytes:
    """How pickles of protocol 2 write bytes."""
    return text.encode("latin1")


def md5_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
