"""Hostile weights: files that are none, lie about themselves, or say hostile things."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VIT = {
    "image_size": 32,
    "patch_size": 16,
    "in_channels": 3,
    "num_classes": 10,
    "embed_dim": 8,
    "hidden_dim": 8,
    "num_layers": 1,
    "num_heads": 1,
}
STATISTICS = {"mean": "[0.5, 0.5, 0.5]", "std": "[0.25, 0.25, 0.25]"}
HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e"


@dataclass(frozen=True)
class WeightsAttack:
    """A `vit.safetensors`.

    Attributes:
        name: for the test's name.
        tries: what it tries, one sentence.
        write: writes the file.
        says: words that the ViT's verdict must contain.
    """

    name: str
    tries: str
    write: Callable[[Path], object]
    says: str = "cannot be read"


class Runs:
    """Runs a command where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch attacked",)


def file(tensors: dict[str, Any], data: bytes = b"", **metadata: str) -> Callable[[Path], object]:
    """A file in the format of safetensors, with any header."""
    about = {"kind": "vit", "config": json.dumps(VIT), **STATISTICS} | metadata
    text = json.dumps({"__metadata__": about, **tensors}).encode()
    return lambda path: path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def configured(changes: str, **more: str) -> Callable[[Path], object]:
    """A file whose configuration has these entries, as JSON text, too."""
    return file({}, config=json.dumps(VIT)[:-1] + ", " + changes + "}", **more)


def linked(path: Path) -> None:
    path.symlink_to("/dev/zero")


def tensor(dtype: str, shape: list[int], size: int) -> dict[str, Any]:
    return {"x": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}


ATTACKS = [
    WeightsAttack("link", "It is a link to a device without an end.", linked, "was not found"),
    WeightsAttack("folder", "It is a folder.", lambda path: path.mkdir(), "was not found"),
    WeightsAttack("fifo", "It is a pipe.", lambda path: os.mkfifo(path), "was not found"),
    WeightsAttack(
        "pickle", "It is a pickle that runs a command.",
        lambda path: path.write_bytes(pickle.dumps(Runs())),
    ),
    WeightsAttack(
        "too-large", "It has a terabyte, without taking any room.",
        lambda path: (path.touch(), os.truncate(path, 2**40)), "is larger than",
    ),
    WeightsAttack(
        "header-length", "Its header says that it has 2**63 bytes.",
        lambda path: path.write_bytes(struct.pack("<Q", 2**63) + b"{}"),
    ),
    WeightsAttack(
        "deep-header", "Its header is nested 100 000 levels deep.",
        lambda path: path.write_bytes(struct.pack("<Q", 200_000) + b"[" * 100_000 + b"]" * 100_000),
    ),
    WeightsAttack(
        "impossible-shape", "It holds an empty tensor of an impossible shape.",
        file(tensor("F32", [0, 2**62], 0)), "does not fit",
    ),
    WeightsAttack(
        "overflowing-shape", "The product of its tensor's sizes overflows.",
        file(tensor("F32", [2**33, 2**33], 4), bytes(4)),
    ),
    WeightsAttack(
        "unknown-dtype", "It holds numbers of a kind that PyTorch does not know.",
        file(tensor("F6_E2M3", [4], 3), bytes(3)), "does not fit",
    ),
    WeightsAttack("infinite-mean", "It was trained with an infinite mean.",
                  file({}, mean="[1e999, 0, 0]"), "impossible configuration"),
    WeightsAttack("huge-mean", "Its mean is an integer that no float holds.",
                  file({}, mean=f"[{10**400}, 0, 0]")),
    WeightsAttack("deep-mean", "Its mean is nested 100 000 levels deep.",
                  file({}, mean="[" * 100_000 + "]" * 100_000)),
    WeightsAttack("infinite-size", "Its configuration has an infinite size.",
                  configured('"embed_dim": 1e999'), "embed_dim = inf"),
    WeightsAttack("truth-for-a-size", "Its configuration has a truth value for a size.",
                  configured('"num_layers": true'), "num_layers = True"),
    WeightsAttack("code", "Its configuration names code to run.",
                  configured('"pool": "__import__(\'os\').abort()"'), "pool = "),
    WeightsAttack("fractional-image", "Its images have a fractional size.",
                  configured('"image_size": 32.0'), "vit.safetensors"),
    WeightsAttack("patches-of-one", "Its model would take days to evaluate.",
                  configured('"patch_size": 1'), "patch_size = 1"),
    WeightsAttack("gigantic", "Its configuration asks for the largest of everything.",
                  configured('"embed_dim": 1024, "hidden_dim": 4096, "num_layers": 24'),
                  "parameters"),
    WeightsAttack("hostile-kind", "The kind it says it is of is a script.",
                  file({}, kind=HOSTILE), "says it holds"),
    WeightsAttack("hostile-entry", "Its configuration has a hostile name of 1 MB.",
                  configured(json.dumps(HOSTILE * 2**15) + ": 1"), "is not a value"),
    WeightsAttack("hostile-names", "Its tensors have hostile names.",
                  file({HOSTILE * 99: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}),
                  "does not fit"),
    WeightsAttack("unpaired", "Its words cannot be written in UTF-8.",
                  configured('"pool": "\\ud800"'), "pool = "),
]  # fmt: skip
