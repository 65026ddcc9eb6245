"""Holding whole numbers that a student counted against the reference's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .compare import CheckFailed, kind_of, require
from .probe import Target, call

DIGITS = 40


def require_counts(target: Target, cases: Sequence[Mapping[str, Any]], hint: str) -> None:
    """Fail unless a function of sizes gives the reference's number for each of these.

    Args:
        target: a function that takes sizes by keyword and returns a whole number.
        cases: the sizes of each call.
        hint: what to try next where a number differs.

    Raises:
        CheckFailed: says for which sizes, what was expected, and what came.
    """
    results = target.results(*(call(**sizes) for sizes in cases))
    for sizes, result in zip(cases, results, strict=True):
        name = target.program.target
        listed = ", ".join(f"{key}={value!r}" for key, value in sizes.items())
        got, expected = result.value, target.expected(**sizes)
        if isinstance(got, bool) or not isinstance(got, int | float):
            found = "a tensor" if hasattr(got, "shape") else kind_of(got)
            raise CheckFailed(f"{name} should return a whole number, but returned {found}")
        require(
            got == expected,
            f"{name}({listed}): the number is wrong\n"
            f"  expected: {expected:,}\n  got:      {f'{got:,}'[:DIGITS]}\nTry: {hint}",
        )
