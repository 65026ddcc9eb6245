"""Which assignment a hand-in belongs to, by its files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from autograder.checking.assignments import ASSIGNMENTS, Assignment
from autograder.collect.opened import Found, Unit


@dataclass
class Attempt:
    """What a person handed in together.

    Attributes:
        found: its files.
        failed: what could not be opened.
    """

    found: list[Found] = field(default_factory=list)
    failed: list[Unit] = field(default_factory=list)


def attempts_in(found: list[Found], failed: list[Unit]) -> list[Attempt]:
    """A person's files by what was handed in together."""
    attempts: dict[str, Attempt] = defaultdict(Attempt)
    for each in found:
        attempts[each.unit.handed.container].found.append(each)
    for unit in failed:
        attempts[unit.handed.container].failed.append(unit)
    return list(attempts.values())


def assignments_in(attempt: Attempt, asked: Assignment | None = None) -> list[Assignment]:
    """Which assignments an attempt holds; none where its files do not say.

    Code of several assignments may lie in one folder: a lab uses the homework's files, and a whole
    course folder holds the later stubs. So a notebook says most; without one, a lab's own file says
    more than the homework's beside it.

    Args:
        attempt: the files.
        asked: the only assignment that is collected: any file of its own counts.
    """
    names = {each.meant for each in attempt.found}
    if by_notebook := [each for each in ASSIGNMENTS.values() if each.notebook in names]:
        if asked and asked not in by_notebook and _holds_own(asked, names, by_notebook):
            by_notebook.append(asked)
        return by_notebook
    owned = [each for each in ASSIGNMENTS.values() if names & set(each.handed_in)]
    used = {each.after.name for each in owned if each.after}
    return [each for each in owned if each.name not in used]


def _holds_own(asked: Assignment, names: set[str], others: list[Assignment]) -> bool:
    """Whether files are those of an assignment, and not what another one builds on."""
    is_used = any(other.after is asked for other in others)
    return bool(names & set(asked.handed_in)) and not is_used


def split(
    attempts: list[Attempt], asked: Assignment | None
) -> tuple[dict[str, list[Attempt]], list[Assignment], list[Attempt]]:
    """A person's attempts by assignment.

    Args:
        attempts: all of them.
        asked: the only assignment that is collected; None for each attempt's own.

    Returns:
        The attempts at each assignment, by its name; the assignments that were handed in but not
        asked for; and the attempts whose files do not say what they are.
    """
    by_name: dict[str, list[Attempt]] = defaultdict(list)
    others: dict[str, Assignment] = {}
    unsaid = []
    for attempt in attempts:
        held = assignments_in(attempt, asked)
        for assignment in held:
            if asked is None or assignment is asked:
                by_name[assignment.name].append(attempt)
            else:
                others[assignment.name] = assignment
        if not held:
            unsaid.append(attempt)
    # A notebook of any name, or a zip that cannot be opened, belongs to what else was handed in.
    if unsaid and asked is not None and (asked.name in by_name or not others):
        by_name[asked.name] += unsaid
        unsaid = []
    elif unsaid and len(by_name) == 1 and not others:
        next(iter(by_name.values())).extend(unsaid)
        unsaid = []
    return dict(by_name), list(others.values()), unsaid
