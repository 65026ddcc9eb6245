"""Comparing a submission's tensors with what was expected, in words a student can use."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

TOLERANCE = {
    torch.float64: (1e-9, 1e-7),
    torch.float32: (1e-5, 1e-4),
    torch.bfloat16: (5e-2, 5e-2),
}
SHOWN = 3


class CheckFailed(AssertionError):
    """A check's verdict against the submission; the message is for the student."""


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
    tensor = require_tensor(got, what, tuple(expected.shape), expected.dtype, hint)
    if not expected.is_floating_point():
        wrong = tensor != expected
    else:
        require(
            bool(torch.isfinite(tensor).all()),
            f"{what} {have(what)} numbers that are not finite (inf or nan)"
            f"{first_entries(tensor, expected, ~torch.isfinite(tensor))}{end}",
        )
        atol, rtol = tolerance or TOLERANCE[expected.dtype]
        one, other = tensor.double(), expected.double()
        wrong = ~((one - other).abs() <= atol + rtol * other.abs())
    count = int(wrong.sum())
    if count:
        share = f"{count} of {wrong.numel()} numbers differ"
        raise CheckFailed(
            f"{what} {have(what)} the right shape {shape_of(expected)}, but {share}"
            f"{first_entries(tensor, expected, wrong)}{end}"
        )


def require_tensor(
    got: object, what: str, shape: tuple[int, ...], dtype: torch.dtype | None = None, hint: str = ""
) -> Tensor:
    """The tensor itself, once its shape (and dtype) is as expected.

    Raises:
        CheckFailed: where it is no tensor, or has another shape or dtype.
    """
    end = f"\nTry: {hint}" if hint else ""
    if not isinstance(got, Tensor):
        raise CheckFailed(f"{what} should be a tensor of shape {shape}, but is {kind_of(got)}{end}")
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
    return f"{value!r}"[:80]


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
