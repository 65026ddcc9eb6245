"""The search: which one or two changes of a module give the numbers that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from torch import Tensor

from ..case import Case

MOST_NAMED, MOST_PAIRS = 3, 300
CANNOT = (RuntimeError, ValueError, IndexError, KeyError)


@dataclass(frozen=True)
class Change:
    """One thing done otherwise.

    Attributes:
        slot: what is changed; two changes of one slot exclude each other.
        value: what the recipe reads in this slot.
        words: what it means, to stand after "It looks as if" or alone.
    """

    slot: str
    value: str
    words: str


Options = dict[str, str]
Recipe = Callable[[Options], Tensor]


def option_changes(slot: str, table: dict[str, str]) -> list[Change]:
    """A table of values and words as changes of one slot."""
    return [Change(slot, value, words) for value, words in table.items()]


def found(
    recipe: Recipe, changes: list[Change], case: Case, pairs: bool = False, most: int = MOST_PAIRS
) -> str | None:
    """The words for the change, or for the pair, that gives what came; None where none does.

    Where several single changes give it (in a special case, say), they are all named.
    """
    try:
        base = recipe({})
    except CANNOT:
        return None
    if "dropout" in case.scene.sizes and case.explains(base):
        return "Your numbers are those of evaluation: no dropout acts on them."
    if not case.same(base, case.expected):
        return None
    if pairs:
        return pair_found(recipe, changes, case, most)
    alone = [change for change in changes if gives(recipe, (change,), case)]
    if alone:
        words = list(dict.fromkeys(change.words for change in alone))[:MOST_NAMED]
        return words[0] if len(words) == 1 else "Either: " + " Or: ".join(words)
    return None


def pair_found(recipe: Recipe, changes: list[Change], case: Case, most: int) -> str | None:
    """The words for the first pair of changes that gives what came."""
    for pair in islice(pairs_of(changes), most):
        if gives(recipe, pair, case):
            return " ".join(change.words for change in pair)
    return None


def gives(recipe: Recipe, chosen: tuple[Change, ...], case: Case) -> bool:
    """Whether these changes give what came."""
    try:
        made = recipe({change.slot: change.value for change in chosen})
    except CANNOT:
        return False
    return made.shape == case.got.shape and case.explains(made)


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
