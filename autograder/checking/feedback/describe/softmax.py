"""Attention weights: along which axis they sum to one, and how sharp they are."""

from __future__ import annotations

from dataclasses import replace

import torch

from ...assignments.homework import ATTENTION
from .case import Case, factor_in_words, fitted, short

ENOUGH = 2e-4
OFF = 1e-2


def is_weights(case: Case) -> bool:
    """Whether weights were expected: positive, each row summing to one."""
    expected = case.expected
    if not expected.ndim or expected.shape[-1] < 1 or not bool((expected >= 0).all()):
        return False
    return bool(((expected.sum(dim=-1) - 1).abs() < 10 * case.tolerance).all())


def sums_along_other_axis(case: Case) -> str | None:
    """The weights sum to one along another axis."""
    got = case.got
    if not is_weights(case) or bool(((got.sum(dim=-1) - 1).abs() < OFF).all()):
        return None
    name = case.scene.axes[-1]
    for axis, other in case.axes:
        if axis != got.ndim - 1 and bool(((got.sum(dim=axis) - 1).abs() < ENOUGH).all()):
            minus = axis - got.ndim
            return (
                f"Your weights sum to 1 over the {words(other)} (axis {minus}), not over the "
                f"{words(name)} (axis -1)."
            )
    total = got.sum(dim=-1)
    if bool(((total - total.flatten()[0]).abs() < ENOUGH).all()):
        value = factor_in_words(float(total.flatten()[0]), case.scene.sizes)
        return f"Each row of your weights sums to {value}, not to 1."
    first = ", ".join(short(value) for value in total.flatten()[:3].tolist())
    return f"The rows of your weights sum to {first}, ..., not to 1 over the {words(name)}."


def other_temperature(case: Case) -> str | None:
    """The logarithms of the weights, up to a number for each row, are the expected ones scaled."""
    got, expected = case.got, case.expected
    if not is_weights(case) or expected.shape[-1] < 2:
        return None
    if not bool((got > 1e-30).all()) or not bool((expected > 1e-30).all()):
        return None
    mine, right = got.log(), expected.log()
    mine, right = mine - mine.mean(dim=-1, keepdim=True), right - right.mean(dim=-1, keepdim=True)
    factor = fitted(mine, right)
    if factor < 1e-6 or abs(factor - 1) < 1e-3:
        return None
    if not case.explains((factor * expected.log()).softmax(dim=-1)):
        return None
    meaning = factor_in_words(max(factor, 1 / factor), case.scene.sizes)
    size = "large" if factor > 1 else "small"
    return f"Before the softmax your scores are {meaning} times too {size}."


def scores_returned(case: Case) -> str | None:
    """A softmax of what came gives the expected weights."""
    if is_weights(case) and case.same(case.got.softmax(dim=-1), case.expected):
        return "These are the scores before the softmax; the softmax of them would be right."
    return None


def through_values(case: Case) -> str | None:
    """The same of an output: the values tell the weights where there are enough of them."""
    values = case.scene.inputs.get("values")
    if case.scene.target != ATTENTION.name or case.scene.gradient or values is None:
        return None
    if case.got.ndim < 2 or values.shape[-2] >= values.shape[-1] or is_weights_part(case):
        return None
    known = values.double()
    mine, right = (tensor @ torch.linalg.pinv(known) for tensor in (case.got, case.expected))
    if not case.same(mine @ known, case.got):
        return None
    axes = (*case.scene.axes[:-1], "keys")
    weights = Case(mine, right, 10 * case.tolerance, replace(case.scene, axes=axes))
    for rule in (other_temperature, scores_returned, sums_along_other_axis):
        if sentence := rule(weights):
            return sentence
    return None


def is_weights_part(case: Case) -> bool:
    """Whether the weights themselves are compared."""
    return "the weights" in case.scene.part


def words(axis: str) -> str:
    """An axis as what it counts."""
    return "batch (the images)" if axis == "batch" else axis
