"""A whole release: nbgrader's own command with its gate, the student's zip, the marking guide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry

from autograder.bridge.config import SOURCE_DIRECTORY
from autograder.checking.assignments import HOMEWORK, Assignment
from autograder.places import SOLUTIONS
from autograder.records.settings import CourseSettings, course_settings
from autograder.release.gate import refuse_leaks
from autograder.release.leaks import LeakScan
from autograder.release.marking import marking_guide, model_answers
from autograder.release.package import student_zip
from autograder.release.staging import UNCHANGED, ReleaseError, Staging


@dataclass(frozen=True)
class Released:
    """What a release left.

    Attributes:
        folder: nbgrader's release folder, for JupyterHub's exchange.
        archive: the zip for students.
        guide: the marking guide, for staff alone.
    """

    folder: Path
    archive: Path
    guide: Path


def release(root: Path, assignment: Assignment = HOMEWORK) -> Released:
    """Make the release folder, the student's zip and the marking guide.

    The zip is scanned again as it is, since it is what goes out. Where anything fails, what was
    released before stays.

    Args:
        root: the course's root.
        assignment: what to release.

    Raises:
        ReleaseError: nbgrader or the gate refused, or cells have changed after a hand-in.
        GateError: the zip holds what must not go out.
        MarkingError: a question has no model answer or rubric.
    """
    settings = course_settings(root)
    notebook = source_notebook(root, assignment)
    text = marking_guide(notebook)
    refuse_changed_cells(settings, assignment, notebook)
    staging = Staging(settings, assignment)
    scan = LeakScan(sorted(SOLUTIONS.glob("*.py")), [notebook])

    def pack() -> None:
        student_zip(staging.folder, staging.archive)
        refuse_leaks(scan.data(staging.archive.name, staging.archive.read_bytes()))

    staging.make(pack)
    guide = root / "build" / f"{assignment.name}-marking-guide.md"
    guide.parent.mkdir(exist_ok=True)
    guide.write_text(text, encoding="utf-8")
    archive = staging.target.with_name(staging.archive.name)
    return Released(staging.target, archive, guide)


def refuse_changed_cells(settings: CourseSettings, assignment: Assignment, notebook: Path) -> None:
    """Stop where cells came or went since students handed in: nbgrader would stop, too.

    Raises:
        ReleaseError: names the cells, and says what to do.
    """
    file = settings.gradebook_file
    if file is not None and not file.exists():
        return
    with settings.gradebook() as gradebook:
        try:
            known = gradebook.find_notebook(assignment.name, assignment.name)
        except MissingEntry:
            return
        handed_in = len(known.submissions)
        before = {cell.name for cell in known.source_cells}
    if not handed_in:
        return
    cells = nbformat.read(notebook, as_version=4).cells
    now = {str(cell.metadata.nbgrader.grade_id) for cell in cells if "nbgrader" in cell.metadata}
    differing = [
        f"{what}: {', '.join(sorted(names))}"
        for what, names in (("added", now - before), ("removed", before - now))
        if names
    ]
    if differing:
        raise ReleaseError(
            f"{handed_in} submission(s) of {assignment.name} are in the gradebook, and its cells "
            f"can no longer come or go ({'; '.join(differing)}). Put them back as they were in "
            f"{notebook}: texts may change, names may not. {UNCHANGED}"
        )


def write_model_answers(root: Path, target: Path, assignment: Assignment = HOMEWORK) -> None:
    """Write the model answers to the written questions, for students, after the deadline.

    Args:
        root: the course's root.
        target: the Markdown file to write.
        assignment: whose questions.

    Raises:
        MarkingError: a question has no model answer or rubric.
    """
    text = model_answers(source_notebook(root, assignment))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def source_notebook(root: Path, assignment: Assignment) -> Path:
    """An assignment's notebook with its model answers."""
    return root / SOURCE_DIRECTORY / assignment.name / assignment.notebook
