"""What a module gives with one or two things done otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from torch import Tensor

from autograder.checking.feedback.describe.case import Case
from autograder.checking.feedback.describe.precomputed import Guess, one_guess

CANNOT = (RuntimeError, ValueError, IndexError, KeyError)
MOST_PAIRS = 200


@dataclass(frozen=True)
class Change:
    """One thing done otherwise.

    Attributes:
        slot: what is changed; two changes of one slot exclude each other.
        value: what the recipe reads in this slot.
        words: a sentence that says it to the student.
    """

    slot: str
    value: str
    words: str


Options = dict[str, str]
Recipe = Callable[[Options], Tensor]


@dataclass(frozen=True)
class Variations:
    """A module's computation and what can be otherwise in it.

    Attributes:
        recipe: the result, given the options of all slots that are changed; as it should be
            without any.
        changes: what can be otherwise, the likelier first.
        inner: what can be otherwise further inside; tried where none of `changes` explains it.
        most_pairs: how many pairs of changes are tried at most.
        query_length: length of a query, where the recipe has a slot "scale"; 0 where it has none.
        results: what has been made: a class's submissions fail on the same inputs.
    """

    recipe: Recipe
    changes: list[Change]
    inner: tuple[Change, ...] = ()
    most_pairs: int = MOST_PAIRS
    query_length: int = 0
    results: dict[tuple[Change, ...], Tensor | None] = field(default_factory=dict)

    def as_it_should_be(self, case: Case) -> bool:
        """Whether the recipe gives what is expected; else it says nothing about the case."""
        made = self.made()
        return made is not None and case.same(made, case.expected)

    def made(self, *chosen: Change) -> Tensor | None:
        """The result with some changes; None where it cannot be computed."""
        if chosen not in self.results:
            try:
                made = self.recipe({change.slot: change.value for change in chosen})
            except CANNOT:
                made = None
            self.results[chosen] = made
        return self.results[chosen]

    def guesses(self, changes: list[Change]) -> Iterator[Guess]:
        """The result with each change alone."""
        for change in changes:
            made = self.made(change)
            if made is not None:
                yield Guess(change.words, made)

    def pair(self, case: Case) -> str | None:
        """The words for the first pair of changes that gives what came."""
        for one, other in islice(pairs_of(self.changes), self.most_pairs):
            made = self.made(one, other)
            if made is not None and one_guess([Guess("", made)], case) is not None:
                return f"{one.words} {other.words}"
        return None


def option_changes(slot: str, table: dict[str, str]) -> list[Change]:
    """A table of values and words as changes of one slot."""
    return [Change(slot, value, words) for value, words in table.items()]


def pairs_of(changes: list[Change]) -> Iterator[tuple[Change, Change]]:
    """Any two changes of different slots, those that stand first in their slots first."""
    ranks: dict[str, int] = {}
    ranked = []
    for change in changes:
        ranks[change.slot] = ranks.get(change.slot, -1) + 1
        ranked.append((ranks[change.slot], change))
    ordered = [change for _, change in sorted(ranked, key=lambda each: each[0])]
    for place, later in enumerate(ordered):
        for earlier in ordered[:place]:
            if earlier.slot != later.slot:
                yield earlier, later


def within(place: str, words: str) -> str:
    """A sentence about a module inside another one."""
    inner = words.startswith("In the ")
    return f"In {place}, {'i' + words[1:]}" if inner else f"In {place}: {words}"
