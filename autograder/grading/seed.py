"""The round's secret seed: whence all hidden inputs come."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PRIVATE = ".vitcourse"
SEED_BYTES = 32


def private_folder(root: Path) -> Path:
    """The folder beside the gradebook that only its owner can enter."""
    folder = root / PRIVATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def load_seed(root: Path) -> bytes:
    """The seed of this round; the first call makes it.

    Raises:
        ValueError: where the file was changed by hand.
    """
    path = private_folder(root) / "seed"
    if not path.exists():
        reseed(root)
    seed = bytes.fromhex(path.read_text().strip())
    if len(seed) != SEED_BYTES:
        raise ValueError(f"{path} is damaged; `vitcourse reseed` starts a new round for everybody")
    return seed


def reseed(root: Path) -> Path:
    """Start a new round: a new seed, for everybody. The file's path."""
    path = private_folder(root) / "seed"
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(SEED_BYTES) + "\n")
    fresh.replace(path)
    return path
