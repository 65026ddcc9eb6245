"""What each mark was given for: the files, the checks, the seed and the due date, kept by name.

nbgrader grades again where a time stamp is newer and in no other case. Here a record says of each
graded submission what it was made of, so that whoever's files changed is graded, and nobody else.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.bridge.markup import safe_markdown
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.restore import ANSWER_BELOW, MISSING_ANSWER, NOTES
from autograder.bridge.scores import VERSIONS
from autograder.bridge.submission import TIMESTAMP, UNREADABLE_TIMESTAMP, Finding, problem_of
from autograder.checking.assignments import Assignment
from autograder.grading.versions import Versions
from autograder.records.records import Records
from autograder.records.settings import CourseSettings, course_settings

KIND = "graded"
LARGEST_PICTURE = 2_000_000  # characters; larger ones are left out of a graded copy
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", f"{UNREADABLE_TIMESTAMP}*"]


@dataclass(frozen=True)
class Graded:
    """What one submission's marks were given for.

    Attributes:
        files: SHA-256 by path inside the submission.
        versions: of the checks and the seed.
        due: when it was due for this student, ISO 8601 in UTC; empty where there is no due date,
            None where it is not known which one counted.
    """

    files: dict[str, str]
    versions: Versions
    due: str | None

    @classmethod
    def of(cls, records: Records, student: str, assignment: str) -> Graded | None:
        """What the records say; None where they say nothing that can be read."""
        found = records.read(KIND, student, assignment)
        if found is None:
            return None
        try:
            return cls(found["files"], Versions(**found["versions"]), found["due"])
        except (KeyError, TypeError):
            return None

    def keep(self, records: Records, student: str, assignment: str) -> None:
        """Put it into the records."""
        records.write(KIND, student, assignment, asdict(self))


class KeepGraded(NbGraderPreprocessor):
    """Note what a submission was graded for; the last but the sanitising of what grading does."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Keep the record of one submission: of what was handed in, not of a mended copy."""
        about = resources["nbgrader"]
        settings = course_settings(Path(self.parent.parent.coursedir.root))
        student, assignment = about["student"], about["assignment"]
        with Gradebook(about["db_url"]) as gradebook:
            due = due_date(gradebook.find_submission(assignment, student))
        files = digests(settings.submitted / student / assignment)
        graded = Graded(files, about.get(VERSIONS, Versions()), due)
        graded.keep(Records(settings.root), student, assignment)
        return nb, resources


def due_date(submission: SubmittedAssignment) -> str:
    """When a submission was due, the student's extension included."""
    if submission.assignment.duedate is None:
        return ""
    return str(submission.duedate.isoformat())


def due_dates(settings: CourseSettings, assignment: Assignment) -> dict[str, str]:
    """When each submission of the gradebook was due, by student."""
    with settings.gradebook() as gradebook:
        try:
            submissions = gradebook.find_assignment(assignment.name).submissions
        except MissingEntry:
            return {}
        return {each.student.id: due_date(each) for each in submissions}


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a submission, by its path inside it."""
    found = {}
    for path in files_in(folder):
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            content = type(error).__name__
        found[path.relative_to(folder).as_posix()] = content
    return found


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a submission that nbgrader would copy."""
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not _is_ignored(name))
        for name in sorted(names):
            path = Path(place, name)
            if not _is_ignored(name) and not path.is_fifo() and not path.is_socket():
                yield path


def _is_ignored(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in IGNORED)


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """How the files of a submission differ from those that were graded, in words; none if equal."""
    gone, new = sorted(before.keys() - now.keys()), sorted(now.keys() - before.keys())
    both = sorted(before.keys() & now.keys())
    words = [f"{name} changed" for name in both if before[name] != now[name]]
    for name in gone:
        renamed = next((other for other in new if now[other] == before[name]), None)
        if renamed:
            new.remove(renamed)
        words.append(f"{name} renamed to {renamed}" if renamed else f"{name} removed")
    return words + [f"{name} added" for name in new]


def changes_since_copy(
    folder: Path, copy: Path, finding: Finding, assignment: Assignment
) -> list[str]:
    """How a submission differs from its graded copy, where no record says what was graded.

    Files are compared byte by byte. The notebook in the copy is cleaned and has the grader's
    reports in it: of it, what the student wrote and drew is compared.

    Args:
        folder: the submission.
        copy: the folder of its graded copy.
        finding: what was found in the submission.
        assignment: which one.
    """
    handed_in, there = digests(finding.folder or folder), digests(copy)
    own = {name for name in handed_in if not name.lower().endswith(".ipynb")}
    words = [
        f"{name} {'changed' if name in there else 'added'}"
        for name in sorted(own)
        if there.get(name) != handed_in[name]
    ]
    # The course's source folder may have added other files to the copy.
    asked = {*assignment.files, *assignment.weights, TIMESTAMP}
    words += [f"{name} removed" for name in sorted(asked & (there.keys() - own))]
    if not _same_notebook(finding, copy / assignment.notebook):
        words.append(f"{assignment.notebook} changed")
    return words


def _same_notebook(finding: Finding, copy: Path) -> bool:
    """Whether a graded copy shows what a notebook holds; a stand-in shows nothing of it."""
    try:
        shown = read_notebook(copy)
        problem = problem_of(shown)
        if finding.notebook is None or (problem and not problem.spares_notebook):
            return problem is finding.problem
        handed_in = read_notebook(finding.notebook)
    except (OSError, UnreadableNotebookError):
        return False
    locked = {_letters(cell) for cell in shown.cells if _is_locked(cell)}
    return _contents(handed_in, locked) == _contents(shown, locked)


def _contents(notebook: NotebookNode, locked: set[str]) -> Counter[tuple[str, ...]]:
    """What a notebook's cells say and show, but for those of the course."""
    return Counter(
        (text, *(kind.data["image/png"] for kind in cell.get("outputs", ()) if _is_picture(kind)))
        for cell in notebook.cells
        if not cell.source.startswith((MISSING_ANSWER, NOTES))
        and (text := _letters(cell)) not in locked
        and text
    )


def _letters(cell: NotebookNode) -> str:
    """A cell's text without what cleaning may change in it: spaces, fences, tags, entities."""
    text = cell.source.removeprefix(ANSWER_BELOW)
    if cell.cell_type == "markdown":
        text = safe_markdown(text, {})
    return re.sub(r"[\W_]+", "", re.sub(r"<[^<>]*>|&#?\w+;", " ", text))


def _is_locked(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def _is_picture(output: NotebookNode) -> bool:
    return len(output.get("data", {}).get("image/png", "")) in range(1, LARGEST_PICTURE)
