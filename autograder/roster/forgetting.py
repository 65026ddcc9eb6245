"""One person deleted from a course, and what still holds the person named."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Student
from sqlalchemy import text

from autograder.grading.seed import PRIVATE
from autograder.records.settings import CourseSettings, course_settings
from autograder.roster.acquaintances import acquaintances
from autograder.roster.backup import backups
from autograder.roster.naming import is_blind
from autograder.roster.people import FILE, load_roster
from autograder.roster.rewriting import drop_submissions
from autograder.roster.tables import RosterError, read_table
from autograder.roster.traces import Words, files_with

# Reports on code, kept by content: they may quote a student's own text, and whose it is they do
# not say. What else is kept there are numbers on weights.
_REPORTS = "verdicts/code-*"


@dataclass
class Farewell:
    """What there is of a person in a course.

    Attributes:
        root: the course's folder.
        key: the person's key.
        folders: what is deleted.
        tables: tables of marks whose rows of the person are taken out.
        reports: kept reports on everybody's code, which are made again when they are needed.
        listed: whether the roster has a row of the person.
        words: what to look for afterwards.
    """

    root: Path
    key: str
    folders: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)
    listed: bool = False
    words: Words = field(default_factory=lambda: Words(()))


def plan_farewell(root: Path, key: str, *, gone: bool = False) -> Farewell:
    """What is to be deleted of a person.

    Args:
        root: the course's folder.
        key: the person's key.
        gone: whether the person may be deleted already, but for the course's backups.

    Raises:
        RosterError: there is nothing of this key.
    """
    root = root.resolve()
    settings = course_settings(root)
    roster = load_roster(root)
    known = acquaintances(root).get(key)
    person = roster.find(key) if roster else None
    private = root / PRIVATE
    places = (
        settings.submitted,
        settings.autograded,
        settings.feedback,
        private / "records",
        private / "replaced",
    )
    is_name = bool(key) and Path(key).name == key and not key.startswith(".")
    folders = [place / key for place in places if is_name and (place / key).exists()]
    texts = set(_texts_of_backups(root, key)) if gone else set()
    if known is None and person is None and not folders and not texts:
        raise RosterError(
            f"There is no {key} in {FILE}, in submitted/ or in the gradebook; "
            "`vitcourse roster show` lists everybody."
        )
    texts.add(key)
    if known:
        texts |= known.emails | {name for name in known.names if not is_blind(name)}
    if person:
        columns = ("name", "email", "login", "moodle_login")
        texts |= {person.value(column) for column in columns} - {""}
    for nickname in (settings.submitted / key).glob("*/nickname.txt") if is_name else ():
        with contextlib.suppress(OSError, UnicodeDecodeError):
            texts.add(nickname.read_text(encoding="utf-8").strip())
    words = Words(texts)
    tables = [
        path
        for path in (*sorted(root.glob("*.csv")), *sorted((root / "build").glob("*.csv")))
        if path.name != FILE and any(row["student_id"] == key for row in _rows(path))
    ]
    reports = sorted(private.glob(_REPORTS)) if folders else []
    return Farewell(root, key, folders, tables, reports, person is not None, words)


def say_farewell(farewell: Farewell) -> None:
    """Delete a person everywhere but in backups; it can be run again where it is interrupted.

    Raises:
        RosterError: the roster cannot be read.
    """
    root, key = farewell.root, farewell.key
    _leave_gradebook(course_settings(root), key)
    for path in farewell.tables:
        _take_out(path, key)
    for path in farewell.reports:
        path.unlink(missing_ok=True)
    for folder in farewell.folders:
        shutil.rmtree(folder)
    # The roster last: it says what the person is called, should this be run again.
    if (roster := load_roster(root)) and roster.find(key):
        roster.with_people(person for person in roster.people if person.key != key).save()


def what_is_left(farewell: Farewell) -> tuple[list[Path], list[Path]]:
    """The course's backups that still hold the person, and the other files that do."""
    shelf = backups(farewell.root)
    found = list(files_with(farewell.root, farewell.words))
    kept = {shelf / path.relative_to(shelf).parts[0] for path in found if shelf in path.parents}
    return sorted(kept), [path for path in found if shelf not in path.parents]


def drop_backups(folders: list[Path]) -> None:
    """Delete backups."""
    for folder in folders:
        shutil.rmtree(folder)


def _texts_of_backups(root: Path, key: str) -> Iterator[str]:
    """A key with its names and e-mails, as far as the course's backups have it."""
    for folder in sorted(backups(root).glob("*")):
        with contextlib.suppress(RosterError):
            if (roster := load_roster(folder)) and (person := roster.find(key)):
                yield from filter(None, (key, person.name, person.email))
        for file in folder.glob("*.db"):
            with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as kept:
                asked = "SELECT first_name, last_name, email FROM student WHERE id = ?"
                for first, last, email in kept.execute(asked, [key]):
                    yield from filter(None, (key, f"{first} {last}" if last else "", email))


def _leave_gradebook(settings: CourseSettings, key: str) -> None:
    """Take a student out of the gradebook, and out of the pages of its file."""
    file = settings.gradebook_file
    if file is not None and not file.exists():
        return
    with settings.gradebook() as gradebook:
        if file is not None:
            gradebook.db.execute(text("PRAGMA secure_delete = ON"))
        if (student := gradebook.db.get(Student, key)) is not None:
            drop_submissions(gradebook, [each.id for each in student.submissions])
            gradebook.db.query(Student).filter(Student.id == key).delete(synchronize_session=False)
            gradebook.db.commit()
    if file is not None:
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table of marks; none where a file is no such table."""
    try:
        table = read_table(path)
    except RosterError:
        return
    if "student_id" in table.header:
        for _, values in table.rows:
            yield dict(zip(table.header, values, strict=True))


def _take_out(path: Path, key: str) -> None:
    """Write a table of marks again without a student's rows."""
    table = read_table(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=table.delimiter)
        writer.writerow(table.header)
        place = table.header.index("student_id")
        writer.writerows(values for _, values in table.rows if values[place] != key)
    unfinished.replace(path)
