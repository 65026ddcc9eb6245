"""Grading a class many at once: the store of verdicts is filled, then nbgrader's command run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from tqdm import tqdm

from autograder.bridge.run import RunResult, autograde, check_released
from autograder.bridge.survey import Survey, survey
from autograder.checking.assignments import HOMEWORK, Assignment
from autograder.grading.grader import Grader
from autograder.records.settings import course_settings


@dataclass(frozen=True)
class Change:
    """A stage's machine-given points, before and after.

    Attributes:
        student: whose.
        stage: its key.
        before: what the gradebook has; None for no verdict.
        after: what the checks give now; None where a person has to look.
    """

    student: str
    stage: str
    before: float | None
    after: float | None


def grade(
    root: Path,
    students: Iterable[str] | None = None,
    assignment: Assignment = HOMEWORK,
    *,
    force: bool = False,
) -> RunResult:
    """Grade a class's submissions: those that are new, and those whose files have changed.

    Args:
        root: the course's root.
        students: whose to grade; all where None.
        assignment: which of their submissions.
        force: grade again what is graded already, by the checks and the seed as they are.

    Raises:
        SandboxUnavailable: where submissions would run unguarded without that being meant.
        NotReleasedError: the assignment has not been generated yet.
    """
    with Grader.for_course(root) as grader:
        return autograde(
            root,
            students,
            assignment,
            force=force,
            versions=grader.versions,
            ahead=lambda folders: judge(grader, folders, assignment),
        )


def preview(
    root: Path, students: Iterable[str] | None = None, assignment: Assignment = HOMEWORK
) -> list[Change]:
    """What the checks and the seed as they are give every submission; nothing is written.

    Args:
        root: the course's root.
        students: whose to judge; all where None.
        assignment: which of their submissions.

    Raises:
        SandboxUnavailable: where submissions would run unguarded without that being meant.
        NotReleasedError: the assignment has not been generated yet.
    """
    settings = course_settings(root)
    check_released(settings, assignment)
    found = survey(settings, students, assignment, everybody=True)
    before = _points(found)
    with settings.gradebook() as gradebook:
        cells = gradebook.find_notebook(assignment.name, assignment.name).grade_cells
        graded = {cell.name for cell in cells}
    with Grader.for_course(root) as grader:
        judge(grader, found.to_judge, assignment)
        return [
            Change(name, stage, before.get(name, {}).get(stage), report.earned)
            for name in found.changes
            for stage, report in grader.grade(found.files_of(name), assignment).items()
            if stage in graded
        ]


def judge(grader: Grader, folders: list[Path], assignment: Assignment) -> None:
    """Fill the store with the verdicts on many submissions, and show how far that is."""
    with tqdm(total=len(folders), desc="checking", unit=" submissions") as bar:
        for _ in grader.fill(folders, assignment):
            bar.update()


def _points(found: Survey) -> dict[str, dict[str, float | None]]:
    """The machine-given points in the gradebook, by student and stage."""
    points = {}
    name = found.assignment.name
    with found.settings.gradebook() as gradebook:
        for student in found.changes:
            try:
                notebook = gradebook.find_submission_notebook(name, name, student)
            except MissingEntry:
                continue
            points[student] = {each.name: each.auto_score for each in notebook.grades}
    return points
