"""Puts one submission into `submitted/`, without losing what lies there."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from filecmp import cmp
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.collect.archives import RefusedError
from autograder.collect.contents import Contents
from autograder.grading.seed import private_folder

TIMESTAMP = "timestamp.txt"


class Outcome(StrEnum):
    """What became of a submission."""

    NEW = "new"
    REPLACED = "replaced an earlier one"
    UNCHANGED = "unchanged"
    OLDER = "older than what is there, which stays"


@dataclass(frozen=True)
class Placed:
    """A submission that has its place.

    Attributes:
        student: whose it is.
        outcome: what was done.
        time: when it was handed in, in UTC, where that is known.
        notes: what a person may want to know.
    """

    student: str
    outcome: Outcome
    time: datetime | None
    notes: tuple[str, ...] = ()


def place(
    root: Path, student: str, contents: Contents, time: datetime | None, *, dry_run: bool = False
) -> Placed:
    """Put a submission into `submitted/STUDENT/ASSIGNMENT/`.

    One with the same files is left alone. An older one is moved to `.vitcourse/replaced/`.

    Args:
        root: the course's root.
        student: the student's name for nbgrader.
        contents: the files.
        time: when it was handed in.
        dry_run: whether to change nothing.

    Raises:
        RefusedError: a file cannot be read, or another submission is there and it cannot be
            said which is the newer one.
    """
    name = contents.assignment.name
    target = root / "submitted" / student / name
    notes = list(contents.notes)
    workplace = None if dry_run else private_folder(root)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=workplace) as incoming:
        folder = Path(incoming) / name
        for file, item in contents.files.items():
            item.copy_to(folder / file)
        if time is None:
            notes.append("nothing says when it was handed in")
        else:
            stamp = time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (folder / TIMESTAMP).write_text(f"{stamp}\n", encoding="utf-8")
        outcome = _compare(folder, target, time)
        if outcome in (Outcome.NEW, Outcome.REPLACED) and workplace is not None:
            if outcome is Outcome.REPLACED:
                kept = _put_aside(target, workplace / "replaced" / student / name)
                notes.append(f"the earlier one lies in {kept.relative_to(root)}")
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
    return Placed(student, outcome, time, tuple(notes))


def _compare(new: Path, there: Path, time: datetime | None) -> Outcome:
    """What to do with a new submission, given what is there."""
    if not there.exists():
        return Outcome.NEW
    if _is_same(new, there):
        return Outcome.UNCHANGED
    there_time = _time_of(there)
    if time is None or there_time is None or time == there_time:
        raise RefusedError(
            f"{there.parent.name} has another submission, in {there}, and nothing says which "
            "is the newer one; move that folder away to take this one"
        )
    return Outcome.REPLACED if time > there_time else Outcome.OLDER


def _is_same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files, but for the time stamp."""
    names = {path.name for path in one.iterdir()} - {TIMESTAMP}
    if names != {path.name for path in other.iterdir()} - {TIMESTAMP}:
        return False
    return all(
        (other / name).is_file() and cmp(one / name, other / name, shallow=False) for name in names
    )


def _time_of(folder: Path) -> datetime | None:
    """When the submission in a folder was handed in, as its time stamp says."""
    try:
        time: datetime = parse_utc((folder / TIMESTAMP).read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None
    return time.replace(tzinfo=UTC)


def _put_aside(folder: Path, shelf: Path) -> Path:
    """Move a folder to a free place on the shelf."""
    shelf.mkdir(parents=True, exist_ok=True)
    number = 1
    while (target := shelf / str(number)).exists():
        number += 1
    shutil.move(folder, target)
    return target
