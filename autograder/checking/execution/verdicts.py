"""What comes of a check: a verdict with words for the student, and a stage's sum of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a check ended. Only `PASSED` earns points; `GRADER_ERROR` asks for a person."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_BE_CHECKED = "cannot be checked"
    GRADER_ERROR = "grader error"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check.

    Attributes:
        check: the check's name, as in its file (`test_weights_sum_to_one`).
        stage: the stage's key.
        title: what the check asks, one sentence.
        points: what it is worth.
        status: how it ended.
        message: where, expected, got, what to try next; plain text, maybe with the student's
            own words inside, so it is escaped where it is shown.
        earned: points earned; all or nothing except where a check grades by degrees.
        diagnosis: what the mistake seems to be, the likeliest first, a sentence each.
        reading: where to read again, for a check that failed.
    """

    check: str
    stage: str
    title: str
    points: int
    status: Status
    message: str = ""
    earned: int = 0
    diagnosis: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True)
class StageReport:
    """All verdicts of one stage of one submission.

    Attributes:
        stage: the stage's key.
        verdicts: in the order of the checks.
        notes: remarks for the student and the marker that are no verdict.
    """

    stage: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def points(self) -> int:
        """What the stage's checks are worth together."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def needs_person(self) -> bool:
        """Whether the grader itself failed somewhere, so that no score can be given."""
        return not self.verdicts or any(v.status is Status.GRADER_ERROR for v in self.verdicts)

    @property
    def earned(self) -> int | None:
        """Points earned, or None where a person has to look."""
        return None if self.needs_person else sum(verdict.earned for verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back."""
        return vars(self) | {"verdicts": [dict(vars(each)) for each in self.verdicts]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> StageReport:
        """The report that `to_json` gave."""
        verdicts = tuple(
            Verdict(
                **verdict
                | {
                    "status": Status(verdict["status"]),
                    "diagnosis": tuple(verdict["diagnosis"]),
                }
            )
            for verdict in stored["verdicts"]
        )
        return cls(stored["stage"], verdicts, tuple(stored["notes"]))
