"""A page of feedback for everybody whose marks, comments or verdicts changed since the last one.

A page belongs to the marks it shows: where they change it is written again, and where nothing
graded is left to show it is removed. nbgrader's `release_feedback` finds what it needs beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import SubmittedNotebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.bridge import formulas, page
from autograder.bridge.config import TEMPLATES
from autograder.bridge.marks import final_score, unmarked, waits
from autograder.checking.assignments import HOMEWORK, Assignment
from autograder.records.records import Records
from autograder.records.settings import CourseSettings, course_settings, nbgrader_config

KIND = "feedback"
TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
TEMPLATE = TEMPLATES / "course" / "index.html.j2"


@dataclass
class FeedbackResult:
    """What became of a class's pages.

    Attributes:
        written: whose page was written.
        fresh: whose page shows the gradebook's marks already.
        waiting: whose page says that something is not marked yet.
        removed: whose page was removed, with the reason.
        failed: whose page could not be written, with the reason.
    """

    written: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    removed: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def write_feedback(
    root: Path, students: Iterable[str] | None = None, assignment: Assignment = HOMEWORK
) -> FeedbackResult:
    """Bring `feedback/STUDENT/ASSIGNMENT/` up to date with the gradebook.

    Args:
        root: the course's folder.
        students: whose pages; everybody's where None.
        assignment: of which assignment.
    """
    settings = course_settings(root)
    wanted = None if students is None else set(students)
    pages = _Pages(settings, assignment)
    result = FeedbackResult()
    with settings.gradebook() as gradebook:
        found = {
            submitted.student.id: submitted
            for submitted in gradebook.notebook_submissions(assignment.name, assignment.name)
        }
        there = {path.parent.name for path in settings.feedback.glob(f"*/{assignment.name}")}
        names = sorted(found.keys() | there if wanted is None else wanted)
        for name in names:
            if name not in found:
                known = name in {student.id for student in gradebook.students}
                why = "handed in nothing that is graded" if known else "is not in the gradebook"
                pages.remove(name, why, result, asked_for=wanted is not None)
            elif not pages.copy(name).is_file():
                handed_in = (settings.submitted / name / assignment.name).is_dir()
                if handed_in:
                    why = f"is not graded: vitcourse grade {name} --assignment {assignment.name}"
                else:
                    why = "has handed in nothing"
                pages.remove(name, why, result, asked_for=handed_in or wanted is not None)
            else:
                pages.update(name, found[name], result)
    return result


class _Pages:
    """The pages of one assignment.

    Args:
        settings: the course's.
        assignment: which.
    """

    def __init__(self, settings: CourseSettings, assignment: Assignment) -> None:
        self._settings, self._assignment = settings, assignment
        self._records = Records(settings.root)
        config = nbgrader_config(settings.root)
        converter = GenerateFeedback(
            coursedir=CourseDirectory(config=config, root=str(settings.root)), config=config
        )
        self._exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            self._exporter.register_preprocessor(preprocessor)
        makers = (TEMPLATE, *(Path(str(module.__file__)) for module in (page, formulas)))
        self._look = [hashlib.sha256(path.read_bytes()).hexdigest() for path in makers]

    def copy(self, student: str) -> Path:
        """The graded copy that a page is made from."""
        folder = self._settings.autograded / student / self._assignment.name
        return folder / self._assignment.notebook

    def folder(self, student: str) -> Path:
        """The folder of a page."""
        return self._settings.feedback / student / self._assignment.name

    def page(self, student: str) -> Path:
        """The page."""
        return self.folder(student) / f"{self._assignment.name}.html"

    def remove(
        self, student: str, why: str, result: FeedbackResult, *, asked_for: bool = False
    ) -> None:
        """Remove what there is of a page, and say why."""
        if self.folder(student).exists():
            shutil.rmtree(self.folder(student))
            with contextlib.suppress(OSError):
                self.folder(student).parent.rmdir()
            result.removed[student] = why
        elif asked_for:
            result.failed[student] = why
        self._records.drop(KIND, student, self._assignment.name)

    def update(self, student: str, found: SubmittedNotebook, result: FeedbackResult) -> None:
        """Write a page, unless the one that is there shows the same."""
        try:
            digest = self._digest(student, found)
            if self._is_fresh(student, digest):
                result.fresh.append(student)
            else:
                self._write(student, found, digest)
                result.written.append(student)
        except Exception as error:
            # One student's page must not stop the class's, and an outdated one must not stay.
            self.remove(student, "", result)
            result.removed.pop(student, None)
            result.failed[student] = f"could not be written ({type(error).__name__}: {error})"
        else:
            if unmarked(found.grades):
                result.waiting.append(student)

    def _digest(self, student: str, found: SubmittedNotebook) -> str:
        """Of everything that a page shows."""
        shown: list[Any] = [
            *self._look,
            hashlib.sha256(self.copy(student).read_bytes()).hexdigest(),
            *sorted(
                [g.name, g.auto_score, g.manual_score, g.extra_credit, waits(g), g.max_score]
                for g in found.grades
            ),
            *sorted([comment.name, comment.comment or ""] for comment in found.comments),
            [found.late_submission_penalty, final_score(found), found.max_score],
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    def _is_fresh(self, student: str, digest: str) -> bool:
        record = self._records.read(KIND, student, self._assignment.name) or {}
        return (
            record.get("digest") == digest
            and self.page(student).is_file()
            and record.get("page") == hashlib.sha256(self.page(student).read_bytes()).hexdigest()
            and all((self.folder(student) / name).is_file() for name in (TIMESTAMP, SECRET))
        )

    def _write(self, student: str, found: SubmittedNotebook, digest: str) -> None:
        copy, folder = self.copy(student), self.folder(student)
        about = {
            "student": student,
            "assignment": self._assignment.name,
            "notebook": self._assignment.name,
            "db_url": self._settings.db_url,
        }
        resources = {"unique_key": self._assignment.name, "nbgrader": about}
        html, _ = self._exporter.from_filename(str(copy), resources=resources)
        folder.mkdir(parents=True, exist_ok=True)
        self._remove_copies(copy.parent, folder)
        content = html.encode("utf-8", "replace")
        unfinished = folder / f".{os.getpid()}.html"
        unfinished.write_bytes(content)
        unfinished.replace(self.page(student))
        self._add_for_release(copy.parent, folder, found)
        record = {"digest": digest, "page": hashlib.sha256(content).hexdigest()}
        self._records.write(KIND, student, self._assignment.name, record)

    def _remove_copies(self, graded: Path, folder: Path) -> None:
        """Remove what `nbgrader generate_feedback` copied: the student's code and weights."""
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir():
                with contextlib.suppress(OSError):
                    path.rmdir()
            elif (graded / path.relative_to(folder)).is_file():
                path.unlink()

    def _add_for_release(self, graded: Path, folder: Path, found: SubmittedNotebook) -> None:
        """What `nbgrader release_feedback` reads beside a page, and stops without.

        Who handed in through nbgrader's exchange has a secret, by which `fetch_feedback` finds the
        page. For all others one is made up: their page is released under a name that nobody asks
        for.
        """
        handed_in = found.assignment.timestamp
        made_up: dict[str, Any] = {
            TIMESTAMP: lambda: f"{handed_in:%Y-%m-%d %H:%M:%S.%f} UTC" if handed_in else "",
            SECRET: partial(secrets.token_hex, 64),
        }
        for name, make in made_up.items():
            if (graded / name).is_file():
                text = (graded / name).read_text(encoding="utf-8", errors="replace")
                (folder / name).write_text(text, encoding="utf-8")
            elif not (folder / name).is_file() or name == TIMESTAMP:
                (folder / name).write_text(make(), encoding="utf-8")
