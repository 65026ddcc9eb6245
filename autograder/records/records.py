"""Small JSON files by student, assignment and kind, in the course's private folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.grading.seed import PRIVATE, private_folder

FOLDER = "records"


class Records:
    """What the course remembers of each person's each assignment.

    A kind of record belongs to one room alone: `origin` to `collect`, `marked` and `graded` to
    the bridge, `feedback` to the feedback command.

    Args:
        root: the course's folder. Nothing is made there until something is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / PRIVATE / FOLDER

    def read(self, kind: str, student: str, assignment: str) -> dict[str, Any] | None:
        """One record; None where there is none that can be read."""
        try:
            found = json.loads(self._path(kind, student, assignment).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def write(self, kind: str, student: str, assignment: str, content: dict[str, Any]) -> None:
        """Keep a record; an earlier one of the same kind is replaced as a whole."""
        private_folder(self.root)
        path = self._path(kind, student, assignment)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.replace(path)

    def drop(self, kind: str, student: str, assignment: str) -> None:
        """Remove one record, if it is there."""
        self._path(kind, student, assignment).unlink(missing_ok=True)

    def every(self, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """All records of a kind: student, assignment, content, in the order of the names."""
        for path in sorted(self.folder.glob(f"*/*/{kind}.json")):
            student, assignment = path.parts[-3:-1]
            if (content := self.read(kind, student, assignment)) is not None:
                yield student, assignment, content

    def unreadable(self) -> list[Path]:
        """The files of records that hold none."""
        return [
            path
            for path in sorted(self.folder.glob("*/*/*.json"))
            if self.read(path.stem, path.parts[-3], path.parts[-2]) is None
        ]

    def move(self, student: str, to: str, assignment: str) -> None:
        """Give the records of one assignment to another key, in place of what is there."""
        source, target = self.folder / student / assignment, self.folder / to / assignment
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)

    def forget(self, student: str) -> None:
        """Remove everything about one student."""
        shutil.rmtree(self.folder / student, ignore_errors=True)

    def _path(self, kind: str, student: str, assignment: str) -> Path:
        return self.folder / student / assignment / f"{kind}.json"
