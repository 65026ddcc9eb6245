"""Hostile weights: files that are none, lie about themselves, or say hostile things."""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

import ViT

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
    return header(json.dumps({"__metadata__": about, **tensors}).encode(), data)


def configured(changes: str, **more: str) -> Callable[[Path], object]:
    """A file whose configuration has these entries, as JSON text, too."""
    return file({}, config=json.dumps(VIT)[:-1] + ", " + changes + "}", **more)


def header(text: bytes, data: bytes = b"") -> Callable[[Path], object]:
    """A file in the format of safetensors, with these bytes as its header."""
    return lambda path: path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def whole(
    changes: dict[str, Any],
    dtype: torch.dtype = torch.float32,
    value: float = 0.5,
    config: dict[str, Any] | None = None,
) -> Callable[[Path], object]:
    """A file of a whole model, all of whose weights are one number.

    Args:
        changes: to the model's configuration.
        dtype: of its tensors.
        value: that number.
        config: changes to the configuration in the file alone.
    """

    def write(path: Path) -> None:
        built = VIT | changes
        model = ViT.ViT(**built)
        weights = {
            name: torch.full(v.shape, value, dtype=torch.float64).to(dtype)
            for name, v in model.state_dict().items()
        }
        about = {"kind": "vit", "config": json.dumps(built | (config or {})), **STATISTICS}
        safetensors.torch.save_file(weights, path, about)

    return write


def deepest(path: Path) -> None:
    """The deepest list that JSON's decoder still reads here, as mean."""
    depth = sys.getrecursionlimit()
    while True:
        text = "[" * depth + "]" * depth
        try:
            json.loads(text)
        except RecursionError:
            depth -= 1
        else:
            break
    file({}, mean=text)(path)


def neighbours(path: Path) -> None:
    """A link to right weights elsewhere."""
    elsewhere = path.parents[1] / "elsewhere.safetensors"
    whole({})(elsewhere)
    path.symlink_to(elsewhere)


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
                  file({}, mean="[1e999, 0, 0]"), "mean = [inf, 0, 0] is impossible"),
    WeightsAttack("huge-mean", "Its mean is an integer that no float holds.",
                  file({}, mean=f"[{10**400}, 0, 0]"), "mean = [1000"),
    WeightsAttack("deep-mean", "Its mean is nested 100 000 levels deep.",
                  file({}, mean="[" * 100_000 + "]" * 100_000)),
    WeightsAttack("nearly-too-deep-mean", "Its mean is read just so, and cannot be said.",
                  deepest, "vit.safetensors"),
    WeightsAttack("std-nan", "It was trained with a standard deviation that is no number.",
                  file({}, std="[NaN, 1, 1]"), "std = [nan, 1, 1] is impossible"),
    WeightsAttack("std-infinite", "It was trained with an infinite standard deviation.",
                  file({}, std="[Infinity, 1, 1]"), "std = [inf, 1, 1] is impossible"),
    WeightsAttack("std-zero", "Its standard deviation divides by zero.",
                  file({}, std="[0, 1, 1]"), "std = [0, 1, 1] is impossible"),
    WeightsAttack("mean-in-words", "Its mean is in words.",
                  file({}, mean='["0.5", "0.5", "0.5"]'), "is impossible; expected: three numbers"),
    WeightsAttack("mean-of-truths", "Its mean is made of truth values.",
                  file({}, mean="[true, true, true]"), "mean = [True, True, True] is impossible"),
    WeightsAttack("no-configuration", "Its configuration is a list.",
                  file({}, config="[1]"), "config = [1] is no configuration"),
    WeightsAttack("lacking", "Its configuration has no sizes.",
                  file({}, config="{}"), "the configuration lacks patch_size, in_channels"),
    WeightsAttack("huge-integer", "Its configuration has a number of 5000 digits.",
                  configured(f'"embed_dim": {"9" * 5000}')),
    WeightsAttack("negative-size", "Its configuration has a negative size.",
                  configured('"num_layers": -1'), "expected: a whole number from 1 to 24"),
    WeightsAttack("word-for-a-size", "Its configuration has a word for a size.",
                  configured('"embed_dim": "8"'), "embed_dim = '8' is not a value"),
    WeightsAttack("dropout-nan", "Its dropout is no number.",
                  configured('"dropout": NaN'), "dropout = nan is not a value"),
    WeightsAttack("unknown-entry", "Its configuration has an entry that the ViT does not take.",
                  configured('"forward": "x"'), "no such entry; there are patch_size"),
    WeightsAttack("other-image-size", "Its model reads larger images.",
                  configured('"image_size": [64, 64]'), "expected: 32, the size of the test"),
    WeightsAttack("patches-of-three", "Its patches do not fill the image.",
                  configured('"patch_size": 3'), "expected: a number that divides 32"),
    WeightsAttack("heads", "Its heads do not divide its tokens.",
                  configured('"num_heads": 3'), "num_heads = 3 does not divide embed_dim = 8"),
    WeightsAttack("odd-positions", "Its tokens are too short for its positions.",
                  configured('"embed_dim": 1, "positions": "sinusoidal"'), "builds no vit"),
    WeightsAttack("other-classes", "Its model knows other classes.",
                  whole({"num_classes": 11}), "num_classes = 11; expected: 10"),
    WeightsAttack("days-of-softmax", "A few parameters keep the grader busy for hours.",
                  configured('"embed_dim": 64, "num_heads": 64, "num_layers": 24, "patch_size": 2'),
                  "billion operations for an image; at most 15 billion"),
    WeightsAttack("days-of-products", "Its products keep the grader busy for hours.",
                  configured('"embed_dim": 512, "hidden_dim": 4096, "num_layers": 16, '
                             '"patch_size": 2'), "billion operations"),
    WeightsAttack("a-resnets", "It is the ResNet's file.",
                  file({}, kind="resnet", config="{}"), 'says it holds "resnet"; expected: "vit"'),
    WeightsAttack("offsets-overlap", "Two of its tensors share their bytes.",
                  file({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
                        for name in "xy"}, bytes(4))),
    WeightsAttack("offsets-past-the-end", "A tensor ends after the file.",
                  file(tensor("F32", [2**20], 2**22), bytes(4))),
    WeightsAttack("offsets-leave-a-gap", "Bytes hide behind the tensors.",
                  file(tensor("F32", [1], 4), bytes(400))),
    WeightsAttack("negative-shape", "A tensor has a negative size.",
                  file(tensor("F32", [-1], 4), bytes(4))),
    WeightsAttack("twice", "A name stands twice in its header.",
                  header(b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
                         b'"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8))),
    WeightsAttack("metadata-twice", "It says two things about itself.",
                  header(b'{"__metadata__":{},"__metadata__":{}}')),
    WeightsAttack("not-utf-8", "Its header is no text.",
                  header(b'{"__metadata__":{"kind":"\xff"}}')),
    WeightsAttack("metadata-nan", "Its metadata are no number.",
                  header(b'{"__metadata__":NaN}')),
    WeightsAttack("long-header", "Its header is longer than any model's.",
                  header(b" " * 2**23)),
    WeightsAttack("many-tensors", "Its header has 20,000 tensors.",
                  file({f"x{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
                        for n in range(20_000)}), "found, not expected: x0, x1"),
    WeightsAttack("sparse", "It has two gigabytes of nothing.",
                  lambda path: (path.touch(), os.truncate(path, 2**31)), "is larger than 512 MiB"),
    WeightsAttack("zeros", "It has 100 megabytes of nothing.",
                  lambda path: (path.touch(), os.truncate(path, 10**8))),
    WeightsAttack("neighbours-file", "It is a link to the weights of somebody else.",
                  neighbours, "was not found"),
    WeightsAttack("whole-numbers", "Its weights are whole numbers.",
                  whole({}, torch.int64), "holds numbers of kind I64; expected: F32"),
    WeightsAttack("eighths", "Its weights are numbers of 8 bits.",
                  whole({}, torch.float8_e4m3fn), "holds numbers of kind F8_E4M3"),
    WeightsAttack("complex", "Its weights are complex numbers.",
                  whole({}, torch.complex64), "holds numbers of kind C64"),
    WeightsAttack("beyond-float32", "Its weights are finite, but not as the model keeps them.",
                  whole({}, torch.float64, 1e300), "not finite"),
    WeightsAttack("overflowing-weights", "Its weights are finite, and its answers are not.",
                  whole({}, torch.float32, 3e38), "answers with numbers that are not finite"),
    WeightsAttack("misshapen", "Its weights are those of another model.",
                  whole({}, config={"embed_dim": 16, "hidden_dim": 32}),
                  "encoder.blocks.0.attention.key.weight: expected shape (16, 16), found (8, 8)"),
    WeightsAttack("missing-and-unexpected", "It lacks positions and has a class token too many.",
                  whole({}, config={"pool": "mean", "positions": "none"}),
                  "found, not expected: class_token, positions"),
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
