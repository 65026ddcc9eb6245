"""The rules in their order: exact explanations first, then what is only nearly so."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from .call_context import Scene
from .case import TOLERANCE, Case, Rule
from .endings import one_missing, one_too_many
from .factors import factor_along_axis, one_factor
from .finite import alike_along_axis, constant, describe_not_finite
from .offsets import (
    constant_offset,
    difference_is_known,
    equal_to_known,
    factor_apart_from_bias,
    offset_along_axis,
)
from .order import permuted, same_numbers_elsewhere, slices_permuted
from .parts import (
    lower_precision,
    only_some_wrong,
    some_zero_rest_scaled,
    triangle_is_zero,
    zeros_among,
)
from .pixels import pixels_moved
from .scaling import pixels_divided, scaled
from .shapes import describe_dtype, describe_shape
from .softmax import other_temperature, scores_returned, sums_along_other_axis, through_values
from .waves import waves

MOST_NUMBERS = 100_000
FIRST: tuple[Rule, ...] = (waves, pixels_moved, scaled, pixels_divided)
EXACT: tuple[Rule, ...] = (
    alike_along_axis,
    other_temperature,
    scores_returned,
    triangle_is_zero,
    equal_to_known,
    one_factor,
    through_values,
    difference_is_known,
    factor_apart_from_bias,
    constant_offset,
    one_missing,
    one_too_many,
    slices_permuted,
    permuted,
    some_zero_rest_scaled,
    factor_along_axis,
    offset_along_axis,
)
PARTIAL = (sums_along_other_axis, zeros_among, same_numbers_elsewhere, only_some_wrong)


def describe(got: Tensor, expected: Tensor, scene: Scene, rules: Sequence[Rule] = ()) -> list[str]:
    """What can be seen of the difference between two tensors.

    Args:
        got: the submission's, of any shape and dtype.
        expected: the reference's.
        scene: what is known about the call.
        rules: from outside, that know how a module is computed; asked early.

    Returns:
        Sentences for the student, best first; empty where nothing simple is seen.
    """
    try:
        return sentences(got, expected, scene, rules)
    except Exception:  # A description is a courtesy: whatever a tensor does, the verdict stands.
        return []


def sentences(got: Tensor, expected: Tensor, scene: Scene, rules: Sequence[Rule]) -> list[str]:
    """The same, for tensors that can be computed with."""
    if expected.numel() and not got.numel():
        return ["It holds no numbers at all: an axis of length 0."]
    if not expected.numel() or max(got.numel(), expected.numel()) > MOST_NUMBERS:
        return []
    if got.is_complex() or expected.is_complex() or not expected.ndim:
        return []
    tolerance = TOLERANCE.get(expected.dtype, 1e-9)
    sentence = describe_dtype(got, expected)
    if sentence:
        return [sentence]
    mine, right = got.detach().double(), expected.detach().double()
    if got.shape != expected.shape:
        return describe_shape(mine, right, scene, tolerance)
    case = Case(mine, right, tolerance, scene)
    if bool(case.right().all()) or not bool(right.isfinite().all()):
        return []
    if not bool(mine.isfinite().all()):
        return describe_not_finite(case)
    return numbers_in_words(case, rules)


def numbers_in_words(case: Case, outside: Sequence[Rule]) -> list[str]:
    """What the rules see, the first exact explanation alone, else what is partly so."""
    if sentence := constant(case):
        return [sentence]
    for rule in (*FIRST, *outside, *EXACT, lower_precision):
        if sentence := safely(rule, case):
            return [sentence]
    return [sentence for rule in PARTIAL if (sentence := safely(rule, case))]


def safely(rule: Rule, case: Case) -> str | None:
    """What a rule says, or None where it cannot be computed."""
    try:
        return rule(case)
    except Exception:  # One rule that cannot be computed does not silence the others.
        return None
