"""A copy of what a command is going to change, in the course's private folder."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from autograder.grading.seed import private_folder
from autograder.records.settings import CourseSettings
from autograder.roster.people import FILE
from autograder.roster.tables import RosterError

BACKUPS = "backups"


def backups(root: Path) -> Path:
    """The folder of all backups; it may not be there yet."""
    return root / ".vitcourse" / BACKUPS


def new_backup(root: Path, what: str) -> Path:
    """An empty folder for one command's backup, with a copy of the roster, if there is one.

    Args:
        root: the course's folder.
        what: what is going to be done, for the folder's name.
    """
    private_folder(root)
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    number = 1
    while True:
        folder = backups(root) / "-".join([time, what, *([str(number)] if number > 1 else [])])
        try:
            folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            number += 1
            continue
        if (root / FILE).exists():
            shutil.copy2(root / FILE, folder / FILE)
        return folder


def check_gradebook_can_be_kept(settings: CourseSettings) -> None:
    """See that the gradebook is a file.

    Raises:
        RosterError: it is a database server.
    """
    if settings.gradebook_file is None:
        raise RosterError(
            "The gradebook is in a database server, of which no backup can be made here. Make one "
            "with the server's own tools, then give --no-backup."
        )


def keep_gradebook(settings: CourseSettings, folder: Path) -> None:
    """Copy the gradebook into a backup, whole even while somebody writes to it."""
    file = settings.gradebook_file
    if file is None or not file.exists():
        return
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(folder / file.name)) as target,
    ):
        source.backup(target)
