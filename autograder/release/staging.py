"""A release is made aside and then put in place, so that one that fails changes nothing.

What students get and the gradebook's cells change only when everything is ready. A run that was
killed while they changed is finished by the next one.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

from autograder.bridge.run import nbgrader
from autograder.checking.assignments import Assignment
from autograder.grading.seed import private_folder
from autograder.records.settings import CourseSettings

UNCHANGED = "What was released before, and the gradebook, are as they were."


class ReleaseError(Exception):
    """The release was not made; the message says why, and what is left."""


class Staging:
    """The place where one assignment's release is made.

    Args:
        settings: of the course.
        assignment: what is to be released.

    Attributes:
        folder: where nbgrader's folder for students is made.
        archive: where the zip for students is made.
    """

    def __init__(self, settings: CourseSettings, assignment: Assignment) -> None:
        self.settings = settings
        self.assignment = assignment
        self.place = interrupted_place(settings, assignment)
        self.folder = self.place / assignment.name
        self.archive = self.place / f"{assignment.name}.zip"
        self._ready = self.place / "ready"
        self._old = self.place / "before"

    @property
    def target(self) -> Path:
        """The folder that students get."""
        return self.settings.release / self.assignment.name

    def make(self, check: Callable[[], None]) -> None:
        """Make the release, and put it in place.

        Args:
            check: makes the zip from the folder, and raises where it must not go out.

        Raises:
            ReleaseError: nbgrader or the gate refused.
        """
        self._finish_interrupted()
        private_folder(self.settings.root)
        self.place.mkdir()
        try:
            copy = self.place / "gradebook.db"
            if self._is_file:
                copy_database(self.settings.gradebook_file, copy)
                url = URL.create("sqlite", database=str(copy)).render_as_string()
                status = self._generate(self.place, f"--CourseDirectory.db_url={url}")
            else:  # No server's database can be copied: nbgrader writes its cells at once.
                status = self._generate(self.place)
            if status:
                raise ReleaseError(
                    f"nbgrader generate_assignment ended with status {status}; its messages stand "
                    f"above. {UNCHANGED}"
                )
            check()
        except BaseException:
            shutil.rmtree(self.place)
            raise
        self._ready.touch()
        self._put_in_place()

    @property
    def _is_file(self) -> bool:
        return self.settings.gradebook_file is not None

    def _generate(self, release: Path, *options: str) -> int:
        root = self.settings.root
        return nbgrader(
            root,
            "generate_assignment",
            self.assignment.name,
            "--force",
            f"--CourseDirectory.release_directory={release.relative_to(root)}",
            *options,
        )

    def _finish_interrupted(self) -> None:
        if self._ready.exists():
            self._put_in_place()
        shutil.rmtree(self.place, ignore_errors=True)

    def _put_in_place(self) -> None:
        """Write the cells, then change folder and zip; each step may have been done before."""
        if self._is_file:
            self._write_cells()
        if self.folder.exists():
            if self.target.exists():
                shutil.rmtree(self._old, ignore_errors=True)
                shutil.move(self.target, self._old)
            self.target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(self.folder, self.target)
        if self.archive.exists():
            shutil.move(self.archive, self.target.with_name(self.archive.name))
        shutil.rmtree(self.place)

    def _write_cells(self) -> None:
        """Let nbgrader write the cells that passed the gate into the gradebook itself.

        Raises:
            ReleaseError: it failed; the gradebook is as it was.
        """
        before = self.place / "gradebook-before.db"
        file = self.settings.gradebook_file
        assert file is not None
        existed = file.exists()
        if existed:
            copy_database(file, before)
        # The gate has let these cells pass, and the folder made here is thrown away.
        status = self._generate(self.place / "cells", "--ReleaseGate.enabled=False")
        if status:
            if existed:
                copy_database(before, file)
            else:
                file.unlink(missing_ok=True)
            shutil.rmtree(self.place)
            raise ReleaseError(f"nbgrader cannot write the gradebook {file}. {UNCHANGED}")


def interrupted_place(settings: CourseSettings, assignment: Assignment) -> Path:
    """Where a release is made; it is there after a run that was interrupted, and only then."""
    return settings.root / ".vitcourse" / f"releasing-{assignment.name}"


def copy_database(source: Path | None, target: Path) -> None:
    """Copy an SQLite database as a whole, though others may be using it; nothing where none is."""
    if source is None or not source.exists():
        return
    with (
        contextlib.closing(sqlite3.connect(source)) as there,
        contextlib.closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)
