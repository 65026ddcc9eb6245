"""Submissions that were replaced: kept with their origin, and brought back."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.checking.assignments import ASSIGNMENTS, Assignment
from autograder.grading.seed import PRIVATE, private_folder
from autograder.records import origin
from autograder.records.quoting import quoted
from autograder.records.records import Records
from autograder.records.settings import course_settings

SHELF = "replaced"


class NothingKeptError(Exception):
    """There is nothing to bring back; the message says why, and what to do."""


@dataclass(frozen=True)
class Undone:
    """A submission that was brought back.

    Attributes:
        student: whose it is.
        assignment: of which assignment.
        replaced: when it had been replaced; empty where nothing says so.
        kept: where the submission lies now that it took the place of; None where there was none.
    """

    student: str
    assignment: Assignment
    replaced: str
    kept: Path | None


class Shelf:
    """A course's submissions, and those that were replaced.

    Args:
        root: the course's root.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._records = Records(root)
        self._submitted = course_settings(root).submitted

    def folder(self, student: str, assignment: Assignment) -> Path:
        """Where a student's submission lies."""
        return self._submitted / student / assignment.name

    def put_aside(self, student: str, assignment: Assignment) -> Path:
        """Move a submission to the shelf, with the record of its origin; where it lies then."""
        shelf = private_folder(self.root) / SHELF / student / assignment.name
        shelf.mkdir(parents=True, exist_ok=True)
        # Never a number again, so that the largest is the last.
        target = shelf / str(max(_numbers(shelf), default=0) + 1)
        record = {
            "origin": self._records.read(origin.KIND, student, assignment.name),
            "replaced": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        _record_of(target).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        shutil.move(self.folder(student, assignment), target)
        return target

    def take_back(self, student: str, assignment: Assignment, kept: Path) -> str:
        """Move a submission from the shelf to its place, which is free; when it was replaced."""
        target = self.folder(student, assignment)
        target.parent.mkdir(parents=True, exist_ok=True)
        record = _read(_record_of(kept))
        shutil.move(kept, target)
        if isinstance(found := record.get("origin"), dict):
            self._records.write(origin.KIND, student, assignment.name, found)
        else:
            self._records.drop(origin.KIND, student, assignment.name)
        _record_of(kept).unlink(missing_ok=True)
        return str(record.get("replaced", ""))

    def undo(self, student: str, assignment: Assignment | None = None) -> Undone:
        """Bring the submission back that was replaced last; what it displaces is kept in turn.

        Args:
            student: whose, by the key.
            assignment: which; None for the only one of which something is kept.

        Raises:
            NothingKeptError: nothing is kept, or it is not said which.
        """
        shelves = self.root / PRIVATE / SHELF
        kept = {
            name: numbers
            for name in ASSIGNMENTS
            if _is_a_name(student) and (numbers := _numbers(shelves / student / name))
        }
        asked = [name for name in kept if assignment is None or name == assignment.name]
        if not asked:
            of = f" of {assignment.name}" if assignment else ""
            there = f" (there is, of {', '.join(kept)})" if kept else ""
            who = quoted(student)
            raise NothingKeptError(f"Nothing replaced{of} is kept of {who}{there}. {_who(shelves)}")
        if len(asked) > 1:
            commands = "".join(
                f"\n    vitcourse collect --undo {student} --assignment {name}" for name in asked
            )
            raise NothingKeptError(f"Something is kept of several assignments:{commands}")
        chosen = ASSIGNMENTS[asked[0]]
        back = shelves / student / chosen.name / str(max(kept[chosen.name]))
        is_there = self.folder(student, chosen).exists()
        displaced = self.put_aside(student, chosen) if is_there else None
        replaced = self.take_back(student, chosen, back)
        return Undone(student, chosen, replaced, displaced)


def _who(shelves: Path) -> str:
    students = sorted(path.name for path in shelves.glob("*")) if shelves.is_dir() else []
    if not students:
        return "Nothing has been replaced in this course."
    shown = ", ".join(quoted(each) for each in students[:20])
    return f"Kept are some of: {shown}{', …' if len(students) > 20 else ''}."


def _numbers(shelf: Path) -> list[int]:
    found = shelf.iterdir() if shelf.is_dir() else ()
    return [int(path.name) for path in found if path.name.isdecimal() and path.is_dir()]


def _is_a_name(student: str) -> bool:
    return student not in ("", ".", "..") and "/" not in student and "\0" not in student


def _record_of(kept: Path) -> Path:
    return kept.with_name(f"{kept.name}.json")


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
