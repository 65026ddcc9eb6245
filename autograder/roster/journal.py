"""Folders moved all or none: what is moved is written down first, and undone after a crash."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import SubmittedAssignment

from autograder.records.settings import CourseSettings, course_settings
from autograder.roster.backup import backups
from autograder.roster.people import FILE

_JOURNAL = "journal.json"
_DONE = "done.json"


@dataclass(frozen=True)
class Move:
    """A file or folder that gets another place; nothing lies there yet."""

    source: Path
    target: Path


def begin(
    backup: Path, moves: Sequence[Move], submissions: Mapping[str, str], *, roster: bool
) -> None:
    """Write down what is going to be done.

    Args:
        backup: the command's backup.
        moves: what is moved, in this order.
        submissions: the gradebook's submissions that get another student, with its key: they
            tell afterwards whether the gradebook was written.
        roster: whether the roster is changed, too.
    """
    _write(
        backup / _JOURNAL,
        {
            "moves": [[str(move.source), str(move.target)] for move in moves],
            "submissions": dict(submissions),
            "roster": roster,
        },
    )


def carry_out(moves: Iterable[Move]) -> None:
    """Move everything."""
    for move in moves:
        move.target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(move.source, move.target)


def undo(backup: Path, root: Path) -> None:
    """Bring back what was moved, and the roster."""
    journal = _read(backup)
    for source, target in reversed(journal["moves"]):
        if os.path.lexists(target) and not os.path.lexists(source):
            Path(source).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(target, source)
    if journal["roster"] and (backup / FILE).exists():
        if (root / FILE).exists():
            shutil.copy2(root / FILE, backup / f"undone-{FILE}")
        unfinished = root / f".{FILE}.{os.getpid()}"
        shutil.copy2(backup / FILE, unfinished)
        unfinished.replace(root / FILE)
    finish(backup)


def finish(backup: Path) -> None:
    """Say that nothing is left to do or to undo."""
    (backup / _JOURNAL).replace(backup / _DONE)


def recover(root: Path) -> list[Path]:
    """Undo what an interrupted command left half done.

    Args:
        root: the course's folder.

    Returns:
        The backups of the commands that were interrupted.
    """
    found = [path.parent for path in sorted(backups(root).glob(f"*/{_JOURNAL}"))]
    for backup in found:
        if _is_written(course_settings(root), _read(backup)["submissions"]):
            finish(backup)
        else:
            undo(backup, root)
    return found


def _is_written(settings: CourseSettings, submissions: Mapping[str, str]) -> bool:
    """Whether the gradebook holds the new state: it is written last, in one transaction."""
    if not submissions:
        return False
    with settings.gradebook() as gradebook:
        rows = gradebook.db.query(SubmittedAssignment.id, SubmittedAssignment.student_id)
        now = {each.id: each.student_id for each in rows if each.id in submissions}
    return now == dict(submissions)


def _read(backup: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((backup / _JOURNAL).read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(path)
