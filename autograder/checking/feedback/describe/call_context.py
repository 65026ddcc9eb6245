"""What is known about a call: who was called, with what, its sizes, weights and axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ...api.program import Call, Program
from ...assignments import FUNCTIONS, Function
from ...assignments.record import WEIGHTS

LEADING = ("batch", "heads")
SIZES = {  # the sizes that a factor may be, by the axis of an argument that has them
    "queries": "queries",
    "keys": "keys",
    "tokens": "tokens",
    "embed_dim": "embed_dim",
    "channels": "channels",
    "rows": "height",
    "columns": "width",
}


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
    function = FUNCTIONS[program.target]
    given = dict(zip(function.arguments, call.args, strict=False)) | call.kwargs
    inputs = {
        name: value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.float64)
        for name, value in given.items()
        if isinstance(value, Tensor) or (value and function.arguments.get(name))
    }
    init = program.init or {}
    numbers = {
        name: float(value)
        for name, value in (init | given).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return Scene(
        target=program.target,
        part=part,
        axes=axes_of(function, call.method, part, expected, list(inputs)),
        sizes=numbers | ({} if function.elementwise else sizes_of(function, init, inputs)),
        inputs=inputs,
        weights=dict(program.weights or {}),
        method=call.method,
        options={name: value for name, value in init.items() if name not in numbers},
    )


def axes_of(
    function: Function, method: str | None, part: str, expected: Tensor, inputs: Sequence[str]
) -> tuple[str, ...]:
    """The names of the expected tensor's axes."""
    names = next(iter(function.answers.values()), ())
    if "gradient of parameter" in part:
        names = ("outputs", "inputs") if expected.ndim == 2 else ("numbers",)
    elif "gradient of input" in part:
        digits = "".join(each for each in part.rpartition("input")[2] if each.isdigit())
        place = int(digits[:3] or 1) - 1
        names = function.arguments[inputs[place]] if place < len(inputs) else ()
    elif WEIGHTS in part and WEIGHTS in function.answers:
        names = function.answers[WEIGHTS]
    elif method in function.methods:
        names = function.methods[method]
    elif expected.ndim == 1 and len(names) > 1:
        names = ("numbers",)
    missing = expected.ndim - len(names)
    if missing < 0:
        return tuple(f"axis {number}" for number in range(expected.ndim))
    leading = LEADING[:missing] if missing <= len(LEADING) else ()
    return (*leading, *(f"axis {number}" for number in range(missing - len(leading))), *names)


def sizes_of(
    function: Function, init: dict[str, Any], inputs: dict[str, Tensor]
) -> dict[str, float]:
    """The sizes that follow from the constructor and from the arguments' shapes."""
    sizes: dict[str, float] = {}
    if "num_heads" in init:
        sizes["head_dim"] = init["embed_dim"] / init["num_heads"]
    if "queries" in inputs:
        sizes["d"] = inputs["queries"].shape[-1]
    for name, tensor in inputs.items():
        axes = function.arguments[name]
        for place, axis in enumerate(axes, start=-len(axes)):
            if axis in SIZES and tensor.ndim >= -place:
                sizes[SIZES[axis]] = tensor.shape[place]
    return {name: float(value) for name, value in sizes.items()}
