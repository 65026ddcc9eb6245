"""One factor for all numbers, or one for each slice along an axis."""

from __future__ import annotations

import torch
from torch import Tensor

from .case import Case, are, factor_in_words, fitted, listed, other_axes, short, singular, slices


def one_factor(case: Case) -> str | None:
    """Everything is the expected value times one number."""
    factor = fitted(case.got, case.expected)
    if case.got.numel() < 3 or not factor or not case.explains(factor * case.expected):
        return None
    start = f"{case.yours.capitalize()} {are(case.scene.part)} the expected"
    if abs(factor + 1) < 1e-3:
        return f"{start}, with the sign turned round."
    if factor <= 0.5:  # nearer to one, a factor is easier to read than a divisor
        divisor = factor_in_words(1 / factor, case.scene.sizes)
        return f"{start} divided by {divisor}, for every number alike."
    return f"{start} times {factor_in_words(factor, case.scene.sizes)}, for every number alike."


def factor_along_axis(case: Case) -> str | None:
    """Each slice along one axis has a factor of its own."""
    got, expected = case.got, case.expected
    for axis, name in reversed(case.axes):
        size = expected.shape[axis]
        others = other_axes(expected, axis)
        if expected.numel() < 3 * size:
            continue
        power = (expected * expected).sum(dim=others, keepdim=True)
        factors = (got * expected).sum(dim=others, keepdim=True) / power.clamp_min(1e-300)
        if not case.explains(factors * expected):
            continue
        return factors_in_words(factors.flatten(), name, axis, case)
    return None


def factors_in_words(factors: Tensor, name: str, axis: int, case: Case) -> str:
    """What the factors of the slices along an axis are."""
    values = factors.tolist()
    off = [place for place, factor in enumerate(values) if abs(factor - 1) > case.tolerance]
    if len(off) < len(values):
        distinct = torch.unique(factors[off].round(decimals=4))
        if len(distinct) == 1:
            zero = abs(values[off[0]]) < 1e-6
            what = "0" if zero else f"times {factor_in_words(values[off[0]], case.scene.sizes)}"
            verb = "is" if len(off) == 1 else "are"
            return f"{slices(name, off).capitalize()} {verb} {what}; the others are right."
    all_of_them = listed([short(value) for value in values])
    return (
        f"Each {singular(name)} is scaled by a factor of its own: {all_of_them} "
        f"(axis {axis}, {name})."
    )
