"""How a check failed: enough to tell whether two versions fail it alike."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..api.compare import deviation
from ..api.program import Program, Reply

NUMBERS = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?|\b(inf|nan)\b")
PLACES = re.compile(r"^(\S+\.py, line .*| *at \[.*)$", re.MULTILINE)
SAME_WORDS = 1
SAME_NUMBERS = 2


@dataclass(frozen=True)
class Signature:
    """What is kept of a failed check.

    Attributes:
        program: digest of the last program that the check asked for; "" where it asked none.
        words: the message without its numbers and places.
        exact: digest of the answer to that program.
        answer: that answer; None where it hangs on random draws, or none came.
    """

    program: str
    words: str
    exact: str
    answer: Reply | None

    @classmethod
    def of(cls, message: str, program: Program | None, answer: Reply | None) -> Signature:
        """The signature of a failed check, from its message and the last program it asked for."""
        drawn = program is not None and any(
            each.train or each.generator is not None for each in program.calls
        )
        kept = told(program, answer) if program and answer else None
        return cls(
            program.digest if program else "",
            without_numbers(message),
            fingerprint(kept) if kept else "",
            None if drawn else kept,
        )

    def likeness(self, other: Signature) -> int:
        """How alike two failures of one check are: the same numbers, only the same words, or 0.

        Random draws may come in any order, so where they matter the words are enough.
        """
        if self.program != other.program or self.words != other.words:
            return 0
        if self.exact == other.exact:
            return SAME_NUMBERS
        if self.answer is None or other.answer is None:
            return SAME_WORDS
        return SAME_NUMBERS if same_answer(self.answer, other.answer) else 0


def without_numbers(message: str) -> str:
    """A message with every number replaced, and without places in files and tensors."""
    return NUMBERS.sub("#", PLACES.sub("", message))


def told(program: Program, answer: Reply) -> Reply:
    """What an answer tells: errors without the lines they came from, inputs only where changed."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if k not in ("trace", "line", "file", "id")}
            return {key: clean(item) for key, item in kept.items()}
        return [clean(item) for item in value] if isinstance(value, list) else value

    given = {
        f"{number}.after.{place}": tensor
        for number, call in enumerate(program.calls)
        for place, tensor in enumerate(each for each in call.args if isinstance(each, Tensor))
    }
    tensors = {
        key: tensor
        for key, tensor in answer.tensors.items()
        if key not in given or not same_numbers(tensor, given[key])
    }
    return Reply(clean(answer.header), tensors)


def fingerprint(answer: Reply) -> str:
    """A name for an answer's exact numbers."""
    content = hashlib.sha256(repr(answer.header).encode())
    for key, tensor in sorted(answer.tensors.items()):
        content.update(f"{key} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        content.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return content.hexdigest()


def same_answer(one: Reply, other: Reply) -> bool:
    """Whether two answers agree in everything, their numbers within the checks' tolerance."""
    if without_numbers(repr(one.header)) != without_numbers(repr(other.header)):
        return False
    if plain_numbers(one.header) != plain_numbers(other.header):
        return False
    return one.tensors.keys() == other.tensors.keys() and all(
        same_numbers(tensor, other.tensors[key]) for key, tensor in one.tensors.items()
    )


def plain_numbers(header: dict[str, Any]) -> list[Any]:
    """The values that are no tensors, call by call; None for a call that has none."""
    values = [answer.get("value") for answer in header.get("calls", ())]
    return [value if isinstance(value, int | float) else None for value in values]


def same_numbers(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors agree within the tolerance of their dtype, nan with nan."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if not one.is_floating_point():
        return torch.equal(one, other)
    alike = (one == other) | (one.isnan() & other.isnan()) | (deviation(one, other) <= 1)
    return bool(alike.all())
