"""Puts one submission into `submitted/`, without losing what lies there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from filecmp import cmp
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.checking.assignments import HOMEWORK, Assignment
from autograder.collect.archives import Budget, RefusedError
from autograder.collect.contents import Contents
from autograder.collect.shelf import Shelf
from autograder.grading.seed import private_folder
from autograder.records import origin as origins
from autograder.records.origin import Origin
from autograder.records.records import Records

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
        assignment: of which assignment.
        code_left_out: whether a file of code has no place in it.
        late: whether the system marks it as late.
        system: the system that it comes from.
    """

    student: str
    outcome: Outcome
    time: datetime | None
    notes: tuple[str, ...] = ()
    assignment: Assignment = HOMEWORK
    code_left_out: bool = False
    late: bool = False
    system: str = ""


class NotNewerError(RefusedError):
    """Another submission is there, and nothing says which is the newer one."""


def place(
    shelf: Shelf,
    student: str,
    contents: Contents,
    origin: Origin,
    time: datetime | None,
    budget: Budget,
    *,
    dry_run: bool = False,
    is_newer: bool = False,
) -> Placed:
    """Put a submission into `submitted/STUDENT/ASSIGNMENT/`.

    One with the same files is left alone. An earlier one is moved to `.vitcourse/replaced/`.

    Args:
        shelf: the course's submissions.
        student: the student's key.
        contents: the files.
        origin: where they come from; the digests of loose files are filled in.
        time: when it was handed in.
        budget: what may still be unpacked.
        dry_run: whether to change nothing.
        is_newer: whether to take it as the newer one where nothing says which is.

    Raises:
        RefusedError: a file cannot be read, or another submission is there and it cannot be
            said which is the newer one.
    """
    assignment = contents.assignment
    records = Records(shelf.root)
    target = shelf.folder(student, assignment)
    notes = list(contents.notes)
    workplace = None if dry_run else private_folder(shelf.root)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=workplace) as incoming:
        folder = Path(incoming) / assignment.name
        digests = {
            found.item.label: found.item.copy_to(folder / file, budget)
            for file, found in contents.files.items()
        }
        origin = _with_digests(origin, contents, digests)
        if time is None:
            if origin.system != "canvas":
                notes.append("nothing says when it was handed in")
        else:
            stamp = time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (folder / TIMESTAMP).write_text(f"{stamp}\n", encoding="utf-8")
        earlier = _origin_of(records, student, assignment)
        outcome = _compare(folder, target, origin, earlier, time, is_newer)
        if outcome is Outcome.REPLACED and (lacks := _lacking(folder, target)):
            notes.append(f"lacks {', '.join(lacks)}, which the earlier one had")
        if outcome in (Outcome.NEW, Outcome.REPLACED) and workplace is not None:
            if outcome is Outcome.REPLACED:
                notes.append(_replace(shelf, student, assignment, folder))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                folder.rename(target)
            records.write(origins.KIND, student, assignment.name, origin.to_json())
        elif outcome is Outcome.UNCHANGED and earlier is None and not dry_run:
            records.write(origins.KIND, student, assignment.name, origin.to_json())
    return Placed(
        student,
        outcome,
        time,
        tuple(notes),
        assignment,
        contents.code_left_out,
        origin.late,
        origin.system,
    )


def _replace(shelf: Shelf, student: str, assignment: Assignment, folder: Path) -> str:
    """Put a folder in the place of what is there; what to say of it."""
    kept = shelf.put_aside(student, assignment)
    try:
        folder.rename(shelf.folder(student, assignment))
    except OSError:
        shelf.take_back(student, assignment, kept)
        raise
    return (
        f"the earlier one lies in {kept.relative_to(shelf.root)}; to bring it back: "
        f"vitcourse collect --undo {student} --assignment {assignment.name}"
    )


def _compare(
    new: Path,
    there: Path,
    origin: Origin,
    earlier: Origin | None,
    time: datetime | None,
    is_newer: bool,
) -> Outcome:
    """What to do with a new submission, given what is there."""
    if not there.exists():
        return Outcome.NEW
    if _is_same(new, there):
        return Outcome.UNCHANGED
    if earlier is not None and earlier.system == origin.system:
        uploads, before = _upload(origin), _upload(earlier)
        if uploads and before and uploads != before:
            return Outcome.REPLACED if uploads > before else Outcome.OLDER
    there_time = _time_of(there)
    if time is not None and there_time is not None and time != there_time:
        return Outcome.REPLACED if time > there_time else Outcome.OLDER
    if is_newer:
        return Outcome.REPLACED
    raise NotNewerError(
        f"{there.parent.name} has another submission, in {there}, and nothing says which "
        "is the newer one; to take this one, collect it again with --newer"
    )


def _upload(origin: Origin) -> int:
    """The largest number of an upload; 0 where there is none."""
    return max((int(each.upload) for each in origin.files if each.upload.isdecimal()), default=0)


def _with_digests(origin: Origin, contents: Contents, digests: dict[str, str]) -> Origin:
    """The origin, with the digests of what was handed in loose."""
    loose = {
        found.unit.handed.name: digests[found.item.label]
        for found in contents.files.values()
        if not found.unit.is_zip
    }
    files = (replace(each, digest=each.digest or loose.get(each.name, "")) for each in origin.files)
    return replace(origin, files=tuple(files))


def _origin_of(records: Records, student: str, assignment: Assignment) -> Origin | None:
    content = records.read(origins.KIND, student, assignment.name)
    try:
        return Origin.from_json(content) if content else None
    except TypeError:
        return None


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {TIMESTAMP}


def _lacking(new: Path, there: Path) -> list[str]:
    """What an earlier submission had and a new one has not."""
    return sorted(_names(there) - _names(new))


def _is_same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files, but for the time stamp."""
    names = _names(one)
    if names != _names(other):
        return False
    return all(
        (other / name).is_file() and cmp(one / name, other / name, shallow=False) for name in names
    )


def _time_of(folder: Path) -> datetime | None:
    """When the submission in a folder was handed in, as its time stamp says."""
    try:
        time: datetime = parse_utc((folder / TIMESTAMP).read_text(encoding="utf-8").strip())
    except (OSError, ValueError, OverflowError):
        return None
    return time.replace(tzinfo=UTC)
