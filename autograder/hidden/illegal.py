"""What hidden checks ask of arguments that do not fit: a ValueError that has the numbers."""

from __future__ import annotations

import re

from autograder.checking.api.answers import Raised
from autograder.checking.api.compare import require


def require_numbers(error: Raised | None, where: str, numbers: set[int]) -> None:
    """Fail unless a ValueError came whose message has all these numbers.

    Args:
        error: what the call raised.
        where: the call, in words.
        numbers: what the message must have.
    """
    require(
        error is not None and "ValueError" in error.bases,
        f"{where}\n  expected: a ValueError\n"
        f"  got:      {error.words if error else 'nothing was raised'}\n"
        "Try: before anything else, find out whether the numbers fit.",
    )
    assert error is not None
    found = {int(number) for number in re.findall(r"\d+", error.message)}
    require(
        numbers <= found,
        f"{where}: the ValueError's message does not have the numbers\n"
        f"  expected: {' and '.join(map(str, sorted(numbers)))} among them\n"
        f"  got:      {error.message!r}",
    )
