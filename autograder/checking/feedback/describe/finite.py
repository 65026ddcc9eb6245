"""Where a tensor holds NaN or infinity, and numbers that are all alike."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...assignments.homework import ATTENTION
from .case import Case, are, other_axes, short, singular, slices

LARGEST_EXPONENT = {torch.float32: 88.7, torch.float64: 709.7, torch.bfloat16: 88.7}


def describe_not_finite(case: Case) -> list[str]:
    """Which numbers are NaN or infinite, and what they have in common."""
    odd = ~case.got.isfinite()
    counts = {"NaN (0/0 or inf − inf)": case.got.isnan(), "infinite": case.got.isinf()}
    kinds = [f"{int(which.sum())} {word}" for word, which in counts.items() if which.any()]
    start = f"Of {odd.numel()} numbers {' and '.join(kinds)}"
    right = case.right() | odd
    end = "; all others are right." if bool(right.all()) and not bool(odd.all()) else "."
    sentences = [f"{start}: {where(odd, case)}{end}"]
    reason = overflowing(odd, case) or without_variance(odd, case)
    return [reason, *sentences] if reason else sentences


def where(odd: Tensor, case: Case) -> str:
    """The slices that hold all the odd numbers."""
    if bool(odd.all()):
        return "all of them"
    best: tuple[int, str] | None = None
    for axis, name in case.axes:
        others = other_axes(odd, axis)
        touched = odd.any(dim=others) if others else odd
        if bool(touched.all()):
            continue
        whole = odd.all(dim=others) if others else odd
        numbers = touched.nonzero().flatten().tolist()
        word = "all of" if bool((whole == touched).all()) else "some of"
        if best is None or len(numbers) < best[0]:
            best = len(numbers), f"{word} {slices(name, numbers)}"
    return best[1] if best else "in every slice some"


def overflowing(odd: Tensor, case: Case) -> str | None:
    """Whether exactly the queries with scores too large for an exponential are hit."""
    inputs = case.scene.inputs
    if case.scene.target != ATTENTION.name or not {"queries", "keys"} <= set(inputs):
        return None
    queries, keys = inputs["queries"].double(), inputs["keys"].double()
    scores = torch.einsum("...qd,...kd->...qk", queries, keys) / math.sqrt(queries.shape[-1])
    limit = LARGEST_EXPONENT.get(inputs["queries"].dtype, 88.7)
    hit = odd.any(dim=-1)
    largest = scores.amax(dim=-1)
    if hit.shape != largest.shape:
        return None
    if bool((hit == (largest > limit)).all()):
        return (
            f"Exactly the queries with a score above {limit:.0f} are hit: there the exponential "
            "is too large for the dtype."
        )
    if bool((hit == ((largest > limit) | (largest < -limit))).all()):
        return (
            f"Exactly the queries are hit that have a score above {limit:.0f} (its exponential "
            f"is infinite) or all scores below −{limit:.0f} (their exponentials are all 0)."
        )
    below = largest.max() - largest
    far, near = bool((below[hit] > limit).all()), bool((below[~hit] < 1.2 * limit).all())
    if bool(hit.any()) and far and near:
        return (
            f"Exactly the queries are hit whose scores are all more than {limit:.0f} below the "
            "largest score of another query: next to it, their exponentials are all 0."
        )
    return None


def without_variance(odd: Tensor, case: Case) -> str | None:
    """Whether exactly the tokens are hit whose numbers are all alike."""
    tokens = case.scene.inputs.get("tokens")
    if tokens is None or tokens.shape != odd.shape:
        return None
    flat = tokens.double().var(dim=-1, unbiased=False) == 0
    if bool(flat.any()) and bool((odd.any(dim=-1) == flat).all()):
        return (
            "Exactly the tokens whose numbers are all the same are hit: their variance is 0, and "
            "nothing is added to it before the division."
        )
    return None


def constant(case: Case) -> str | None:
    """All numbers alike, or alike along one axis."""
    got = case.got
    if got.numel() < 2:
        return None
    if not bool(got.any()):
        if case.scene.gradient:
            return "The gradient is 0 everywhere: changes here do not reach the output."
        return f"All of {case.yours} {are(case.scene.part)} 0."
    if bool((got == got.flatten()[0]).all()):
        return f"All numbers are the same: {short(float(got.flatten()[0]))}."
    return None


def alike_along_axis(case: Case) -> str | None:
    """All slices along one axis are the same."""
    got, expected = case.got, case.expected
    for axis, name in case.axes:
        first = got.narrow(axis, 0, 1)
        alike = case.same(got, first.expand_as(got))
        if alike and not case.same(expected, expected.narrow(axis, 0, 1).expand_as(expected)):
            if case.same(first, expected.mean(dim=axis, keepdim=True)):
                return f"Every {singular(name)} gets the mean over all: axis {axis} ({name})."
            for place in range(min(expected.shape[axis], 64)):
                if case.same(first, expected.narrow(axis, place, 1)):
                    return f"Every {singular(name)} gets what only {singular(name)} {place} should."
            return f"Every {singular(name)} gets the same numbers (axis {axis}, {name})."
    return None
