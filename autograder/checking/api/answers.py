"""What a worker's answers say, read as if anybody had written them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .error_text import kind_in_words
from .program import Reply

NO_ANSWER = (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True)
class Result:
    """What came of one call.

    Attributes:
        value: a tensor, a number, None, or a tuple of such.
        gradients: by "input.0", "parameter.query.weight"; None where no path leads there.
        after: the tensor arguments as they were after the call.
        moved: whether PyTorch's global random state moved during the call.
    """

    value: Any
    gradients: dict[str, Tensor | None]
    after: list[Tensor]
    moved: bool


@dataclass(frozen=True)
class Raised:
    """An error that the student's code raised: its type's names (with bases) and message."""

    bases: tuple[str, ...]
    message: str
    words: str


def values_of(reply: Reply) -> tuple[Any, ...]:
    """The values of a program's calls; none where a call did not return or is not readable."""
    try:
        return tuple(read(answer["value"], reply) for answer in reply.header["calls"])
    except NO_ANSWER:
        return ()


def read(value: Any, reply: Reply) -> Any:
    """A value as the worker encoded it.

    Raises:
        NO_ANSWER: any of these, where no worker of ours encodes a value so.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if "tensor" in value:
        return reply.tensors[value["tensor"]]
    if "tuple" in value:
        return tuple(read(part, reply) for part in value["tuple"])
    return kind_in_words(value["other"])
