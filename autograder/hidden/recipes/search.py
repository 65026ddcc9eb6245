"""What a module gives with one thing done otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from torch import Tensor

from autograder.checking.feedback.describe.case import Case
from autograder.checking.feedback.describe.precomputed import Guess

CANNOT = (RuntimeError, ValueError, IndexError, KeyError)
Options = TypeVar("Options")


@dataclass(frozen=True)
class Change(Generic[Options]):
    """One thing done otherwise.

    Attributes:
        words: a sentence that says it to the student.
        options: the computation's, with this one changed.
    """

    words: str
    options: Options


@dataclass(frozen=True)
class Variations(Generic[Options]):
    """A module's computation and what can be otherwise in it.

    Attributes:
        recipe: the result, given options.
        right: the options as they should be.
        changes: what can be otherwise, the likelier first.
        inner_changes: what can be otherwise further inside.
    """

    recipe: Callable[[Options], Tensor]
    right: Options
    changes: Sequence[Change[Options]]
    inner_changes: Sequence[Change[Options]] = ()

    def as_it_should_be(self, case: Case) -> bool:
        """Whether the recipe gives what is expected; else it says nothing about the case."""
        return case.same(self.recipe(self.right), case.expected)

    @cached_property
    def guesses(self) -> list[Guess]:
        """The result with each change alone; made once, a class's submissions ask for the same."""
        return self._made(self.changes)

    @cached_property
    def inner_guesses(self) -> list[Guess]:
        """The same of what is further inside."""
        return self._made(self.inner_changes)

    def _made(self, changes: Sequence[Change[Options]]) -> list[Guess]:
        made = []
        for change in changes:
            try:
                made.append(Guess(change.words, self.recipe(change.options)))
            except CANNOT:
                continue
        return made


def within(place: str, words: str) -> str:
    """A sentence about a module inside another one."""
    inner = words.startswith("In the ")
    return f"In {place}, {'i' + words[1:]}" if inner else f"In {place}: {words}"
