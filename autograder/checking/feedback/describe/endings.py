"""One operation too many or missing at the very end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from .case import Case

Operation = Callable[[Tensor], Tensor]


def one_too_many(case: Case) -> str | None:
    """Another operation applied to the expected numbers gives what came."""
    if case.got.numel() < 3:
        return None
    for name, made in made_from(case.expected, case):
        if case.explains(made):
            return f"What comes is the expected value after {name}: one operation too many."
    return None


def one_missing(case: Case) -> str | None:
    """An operation applied to what came gives the expected numbers."""
    if case.got.numel() < 3:
        return None
    for name, made in made_from(case.got, case):
        if case.same(made, case.expected) and not case.same(made, case.got):
            return f"With {name} applied to yours it would be right: that step is missing."
    return None


def made_from(x: Tensor, case: Case) -> Iterator[tuple[str, Tensor]]:
    """What single operations make of a tensor, by their names."""
    for name, operation in ELEMENTWISE.items():
        yield name, operation(x)
    for axis, axis_name in case.axes:
        where = f"over the axis {axis} ({axis_name})"
        yield f"a softmax {where}", x.softmax(dim=axis)
        yield f"a division by the sum {where}", x / x.sum(dim=axis, keepdim=True)
    yield from made_by_layers(x, case)


def made_by_layers(x: Tensor, case: Case) -> Iterator[tuple[str, Tensor]]:
    """What the layers that keep the size make of a tensor: normalisations and projections."""
    weights = {key: value.double() for key, value in case.scene.weights.items()}
    for key, weight in weights.items():
        name = key.removesuffix(".weight")
        if name == key or weight.shape[-1] != x.shape[-1]:
            continue
        bias = weights.get(f"{name}.bias")
        if weight.ndim == 1:
            normed = F.layer_norm(x, weight.shape, weight, bias, 1e-6)
            yield f"the LayerNorm `{name}`", normed
        elif weight.ndim == 2 and weight.shape[0] == x.shape[-1]:
            yield f"the layer `{name}`", F.linear(x, weight, bias)


ELEMENTWISE: dict[str, Operation] = {
    "a ReLU (nothing negative is left)": F.relu,
    "a GELU": F.gelu,
    "rounding to whole numbers": torch.round,
}
