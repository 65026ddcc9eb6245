"""What became of a download."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.checking.assignments import Assignment
from autograder.collect.entries import Refused
from autograder.collect.place import Placed


@dataclass(frozen=True)
class Proposal:
    """Somebody who may be a person that the course knows.

    Attributes:
        who: as the download names the person.
        key: the key of the person it may be.
        why: what this rests on.
        assignment: what was handed in.
    """

    who: str
    key: str
    why: str
    assignment: Assignment


@dataclass
class Collection:
    """What became of a download.

    Attributes:
        placed: the submissions, by student.
        not_placed: everything else.
        proposals: whose work waits until somebody confirms whose it is.
        notes: what holds for the whole download.
        strangers: who handed in another assignment than the others.
    """

    placed: list[Placed] = field(default_factory=list)
    not_placed: list[Refused] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 where everything has its place, 1 otherwise."""
        left_out = any(placed.code_left_out for placed in self.placed)
        return int(bool(self.not_placed or self.proposals or self.strangers or left_out))
