"""What is known about a call: who was called, with what, its sizes, weights and axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..programs import Call, Program

TOKENS = ("batch", "tokens", "embed_dim")
IMAGES = ("batch", "channels", "rows", "columns")
ATTENTION = "scaled_dot_product_attention"
ARGUMENTS = {
    ATTENTION: ("queries", "keys", "values"),
    "scale_to_unit": ("images",),
    "normalize": ("images", "mean", "std"),
    "random_horizontal_flip": ("images", "probability"),
    "random_crop": ("images", "padding", "probability"),
    "random_erase": ("images", "size", "probability"),
    "sinusoidal_positions": ("num_positions", "embed_dim"),
    "images_to_patches": ("images", "patch_size"),
    "patches_to_images": ("patches", "patch_size", "height", "width"),
    "ViT": ("images",),
    "shift_images": ("images", "shift"),
    "ShiftedPatchTokenization": ("images",),
    "attention_entropy": ("weights",),
    "logit_spread": ("logits",),
}
AXES = {
    ATTENTION: ("queries", "numbers"),
    "images_to_patches": ("batch", "patches", "numbers"),
    "patches_to_images": IMAGES,
    "scale_to_unit": IMAGES,
    "normalize": IMAGES,
    "random_horizontal_flip": IMAGES,
    "random_crop": IMAGES,
    "random_erase": IMAGES,
    "sinusoidal_positions": ("positions", "columns"),
    "split_indices": ("examples",),
    "ViT": ("batch", "classes"),
    "shift_images": IMAGES,
    "attention_entropy": ("heads",),
}
INPUT_AXES = {
    "queries": ("queries", "numbers"),
    "keys": ("keys", "numbers"),
    "values": ("keys", "numbers"),
    "tokens": TOKENS,
    "images": IMAGES,
    "patches": ("batch", "patches", "numbers"),
}
LEADING = ("batch", "heads")


@dataclass(frozen=True)
class Scene:
    """What is known about a call.

    Attributes:
        target: what was called: "MLP", "images_to_patches", ...
        part: which tensor of its answer: "the output", "the weights", "the gradient of input 1".
        axes: names of the expected tensor's axes.
        sizes: named sizes, from the constructor, the arguments and their shapes.
        inputs: the tensor arguments, by name; mean and std of `normalize` are among them.
        weights: the loaded parameters, by name.
        method: the method called; None for the module or function itself.
        options: the constructor's other arguments.
    """

    target: str
    part: str
    axes: tuple[str, ...]
    sizes: dict[str, float] = field(default_factory=dict)
    inputs: dict[str, Tensor] = field(default_factory=dict)
    weights: dict[str, Tensor] = field(default_factory=dict)
    method: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def gradient(self) -> bool:
        """Whether the tensor is a gradient."""
        return "gradient" in self.part


def scene_for(program: Program, call: Call, part: str, expected: Tensor) -> Scene:
    """The scene of one call of a program.

    Args:
        program: what was built and called.
        call: which of its calls.
        part: which tensor of the answer, as the message names it.
        expected: the tensor that should have come.
    """
    names = ARGUMENTS.get(program.target, ("tokens",))
    given = dict(zip(names, call.args, strict=False)) | call.kwargs
    inputs = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    for name in ("mean", "std"):
        if isinstance(given.get(name), tuple | list):
            inputs[name] = torch.tensor(given[name], dtype=torch.float64)
    init = program.init or {}
    numbers = {
        name: float(value)
        for name, value in (init | given).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return Scene(
        target=program.target,
        part=part,
        axes=axes_of(program.target, call.method, part, expected, list(inputs)),
        sizes=numbers | ({} if program.target == "scale_to_unit" else sizes_of(init, inputs)),
        inputs=inputs,
        weights=dict(program.weights or {}),
        method=call.method,
        options={name: value for name, value in init.items() if name not in numbers},
    )


def axes_of(
    target: str, method: str | None, part: str, expected: Tensor, inputs: Sequence[str]
) -> tuple[str, ...]:
    """The names of the expected tensor's axes."""
    names = AXES.get(target, TOKENS)
    if "gradient of parameter" in part:
        names = ("outputs", "inputs") if expected.ndim == 2 else ("numbers",)
    elif "gradient of input" in part:
        digits = "".join(each for each in part.rpartition("input")[2] if each.isdigit())
        place = int(digits[:3] or 1) - 1
        names = INPUT_AXES.get(inputs[place], ()) if place < len(inputs) else ()
    elif "the weights" in part and target in (
        ATTENTION,
        "MultiHeadSelfAttention",
        "LocalitySelfAttention",
    ):
        names = ("queries", "keys")
    elif method == "embed":
        names = TOKENS
    elif expected.ndim == 1 and len(names) > 1:
        names = ("numbers",)
    missing = expected.ndim - len(names)
    if missing < 0:
        return tuple(f"axis {number}" for number in range(expected.ndim))
    leading = LEADING[:missing] if missing <= len(LEADING) else ()
    return (*leading, *(f"axis {number}" for number in range(missing - len(leading))), *names)


def sizes_of(init: dict[str, Any], inputs: dict[str, Tensor]) -> dict[str, float]:
    """The sizes that follow from the constructor and from the arguments' shapes."""
    sizes: dict[str, float] = {}
    if "num_heads" in init:
        sizes["head_dim"] = init["embed_dim"] / init["num_heads"]
    for name, axis, size in (
        ("queries", -1, "d"),
        ("queries", -2, "queries"),
        ("keys", -2, "keys"),
        ("tokens", -2, "tokens"),
        ("tokens", -1, "embed_dim"),
        ("images", -3, "channels"),
        ("images", -2, "height"),
        ("images", -1, "width"),
    ):
        if name in inputs and inputs[name].ndim >= -axis:
            sizes[size] = inputs[name].shape[axis]
    return {name: float(value) for name, value in sizes.items()}
