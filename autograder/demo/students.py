"""The demo class: who hands in what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder import bank
from autograder.checking.execution.session import read_sources
from autograder.places import ASSIGNMENT, SOLUTIONS

Sources = dict[str, str]


@dataclass(frozen=True)
class Student:
    """One submission of the demo class.

    Attributes:
        name: as a learning platform writes it.
        story: what is special about the submission, in a few words.
        sources: the four files' texts, by module name.
        loses: the stages in which points are lost; all others earn full points.
        weights: "trained", "untrained" (random numbers), or "none".
        notebook: "answered", "missing", "broken" (no JSON), "renamed", "hostile" (script in
            outputs and answers, a forged mark), or "untouched".
        late_hours: after the due date.
        nickname: for the leaderboard; without one the student is not on it.
    """

    name: str
    story: str
    sources: Callable[[], Sources]
    loses: tuple[str, ...] = ()
    weights: str = "trained"
    notebook: str = "answered"
    late_hours: float = 0.0
    nickname: str = ""


def solved() -> Sources:
    """The solutions as printed."""
    return read_sources(SOLUTIONS)


def stubs() -> Sources:
    """The files as they were released."""
    return read_sources(ASSIGNMENT)


def in_style(name: str) -> Callable[[], Sources]:
    """A right version from the bank."""
    return lambda: bank.overlaid(solved(), dict(bank.right_versions())[name])


def with_mistake(stage: str, name: str) -> Callable[[], Sources]:
    """The solutions with one mistake from the bank."""
    return lambda: next(v for v in bank.load(stage) if v.name == name).over(solved())


def with_mistakes(*mistakes: tuple[str, str]) -> Callable[[], Sources]:
    """The solutions with several mistakes, in different stages."""

    def sources() -> Sources:
        made = solved()
        for stage, name in mistakes:
            made = next(v for v in bank.load(stage) if v.name == name).over(made)
        return made

    return sources


def changed(module: str, old: str, new: str) -> Callable[[], Sources]:
    """The solutions with one piece of text replaced.

    Raises:
        ValueError: where the text is not there.
    """

    def sources() -> Sources:
        made = solved()
        if old not in made[module]:
            raise ValueError(f"{module}.py has no {old!r}")
        return made | {module: made[module].replace(old, new, 1)}

    return sources


def started_only() -> Sources:
    """Data and patching are done; the rest is as released."""
    done, released = solved(), stubs()
    vit = done["ViT"]
    marker = "# stage: vit"
    head, tail = vit.split(marker, 1)[0], released["ViT"].split(marker, 1)[1]
    data = done["utils"].split(marker, 1)[0] + marker + released["utils"].split(marker, 1)[1]
    return released | {"utils": data, "ViT": head + marker + tail}
