"""Comparing a submission's tensors with what was expected, in words a student can use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

TOLERANCE = {
    torch.float64: (1e-9, 1e-7),
    torch.float32: (1e-5, 1e-4),
    torch.bfloat16: (1e-1, 1e-1),
}
SHOWN = 3


@dataclass(frozen=True)
class Difference:
    """Two tensors that should be the same.

    Attributes:
        what: their name in the message, for example "MLP: the output".
        got: the submission's.
        expected: the reference's.
    """

    what: str
    got: Tensor
    expected: Tensor


class CheckFailed(AssertionError):
    """A check's verdict against the submission; the message is for the student.

    Args:
        message: where, expected, got, what to try next.
        difference: the tensors that were compared, where the message is about such.
    """

    def __init__(self, message: str, difference: Difference | None = None) -> None:
        super().__init__(message)
        self.difference = difference


def require(condition: bool, message: str) -> None:
    """Fail the check unless the condition holds.

    Raises:
        CheckFailed: with the message.
    """
    if not condition:
        raise CheckFailed(message)


def shape_of(tensor: Tensor) -> str:
    """A shape as a tuple, the way PyTorch users write it."""
    return str(tuple(tensor.shape))


def require_same(
    got: object,
    expected: Tensor,
    what: str,
    hint: str = "",
    tolerance: tuple[float, float] | None = None,
) -> None:
    """Fail unless `got` has the expected shape, dtype and numbers.

    The numbers agree where |got - expected| <= atol + rtol * |expected|, compared in float64,
    with tolerances by the expected dtype; integers and truth values must be equal.

    Args:
        got: what the submission returned.
        expected: the reference's tensor.
        what: its name in the message, for example "the output".
        hint: a sentence on what to try next, added where the numbers differ.
        tolerance: atol and rtol, where the dtype's own do not suit.

    Raises:
        CheckFailed: says where, what was expected, and what came.
    """
    end = f"\nTry: {hint}" if hint else ""
    try:
        tensor = require_tensor(got, what, tuple(expected.shape), expected.dtype, hint)
    except CheckFailed as failure:
        if isinstance(got, Tensor):
            failure.difference = Difference(what, got, expected)
        raise
    odd = ~torch.isfinite(tensor)
    wrong = ~(deviation(tensor, expected, tolerance) <= 1)
    if bool(odd.any()):
        complaint = f"{what} {have(what)} numbers that are not finite (inf or nan)"
        wrong = odd
    else:
        share = f"{int(wrong.sum())} of {wrong.numel()} numbers differ"
        complaint = f"{what} {have(what)} the right shape {shape_of(expected)}, but {share}"
    if bool(wrong.any()):
        raise CheckFailed(
            f"{complaint}{first_entries(tensor, expected, wrong)}{end}",
            Difference(what, tensor, expected),
        )


def deviation(
    got: Tensor, expected: Tensor, tolerance: tuple[float, float] | None = None
) -> Tensor:
    """How far each number is off, in units of the tolerance: float64, right up to 1.

    |got - expected| / (atol + rtol * |expected|); integers and truth values that differ are
    infinitely far off.

    Args:
        got, expected: of one shape and dtype.
        tolerance: atol and rtol; None takes the dtype's own.
    """
    if not expected.is_floating_point():
        return torch.where(got == expected, 0.0, float("inf")).double()
    atol, rtol = tolerance or TOLERANCE[expected.dtype]
    one, other = got.double(), expected.double()
    return (one - other).abs() / (atol + rtol * other.abs())


def require_tensor(
    got: object, what: str, shape: tuple[int, ...], dtype: torch.dtype | None = None, hint: str = ""
) -> Tensor:
    """The tensor itself, once its shape (and dtype) is as expected.

    Raises:
        CheckFailed: where it is no tensor, or has another shape or dtype.
    """
    end = f"\nTry: {hint}" if hint else ""
    if not isinstance(got, Tensor):
        raise CheckFailed(f"{what} should be a tensor of shape {shape}, but is {kind_of(got)}")
    require(
        tuple(got.shape) == shape,
        f"{what} {have(what)} the wrong shape"
        f"\n  expected: {shape}\n  got:      {shape_of(got)}{end}",
    )
    require(
        dtype is None or got.dtype == dtype,
        f"{what} {have(what)} the wrong dtype\n  expected: {dtype}\n  got:      {got.dtype}{end}",
    )
    return got


def require_unchanged(after: Sequence[Tensor], before: Sequence[Tensor], what: str) -> None:
    """Fail unless the tensor arguments of a call are after it what they were before.

    Args:
        after: `Result.after`.
        before: the tensors that were passed, in order.
        what: what was called.
    """
    for number, (one, other) in enumerate(zip(after, before, strict=True)):
        require(
            one.shape == other.shape and one.dtype == other.dtype and torch.equal(one, other),
            f"{what} changed its input (tensor {number + 1} of {len(before)})\n"
            "Try: look for operations in place, such as += or names that end in _, and let them "
            "make a new tensor.",
        )


def have(what: str) -> str:
    """The verb that fits: "the output has", "the weights have"."""
    return "have" if what.endswith("s") else "has"


def kind_of(value: object) -> str:
    """A value that is no tensor, in words."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return value if isinstance(value, str) else f"{value!r}"[:80]


def first_entries(got: Tensor, expected: Tensor, wrong: Tensor) -> str:
    """The first few entries that differ, with their indices, a line each."""
    lines = [
        f"\n  at {list(index)}: {expected_and_got(expected[index], got[index])}"
        for index in (tuple(row) for row in wrong.nonzero()[:SHOWN].tolist())
    ]
    return ":" + "".join(lines)


def expected_and_got(expected: Tensor, got: Tensor) -> str:
    """Two entries with as many digits as it takes to tell them apart."""
    one, other = str(expected.item()), str(got.item())
    if expected.is_floating_point():
        for digits in (9, 5):
            short, also = f"{expected.item():.{digits}g}", f"{got.item():.{digits}g}"
            if short != also:
                one, other = short, also
    return f"expected {one}, got {other}"
