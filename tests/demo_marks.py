"""What the demo class has to have earned, in whatever course it was graded."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Gradebook

from autograder.bridge.config import COURSE_ID
from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.demo.course import remarks
from autograder.demo.roster import CLASS
from autograder.demo.students import Student

IDS = dict(zip((student.name for student in CLASS), remarks(), strict=True))


def scores(root: Path, student: Student) -> dict[str, float | None]:
    """A student's automatic score of every cell."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE_ID) as gradebook:
        notebook = gradebook.find_submission_notebook(
            HOMEWORK.name, HOMEWORK.name, IDS[student.name]
        )
        return {grade.name: grade.auto_score for grade in notebook.grades}


def assert_points_are_lost_in_own_stages_only(root: Path, student: Student) -> None:
    """Every other stage earns full points."""
    found = scores(root, student)
    for stage in HOMEWORK.machine_stages:
        score, full = found[stage], STAGES[stage].points
        assert score is not None
        if stage in student.loses:
            assert score < full, f"{student.name}, {stage}: {score} of {full}"
        else:
            assert score == full, f"{student.name}, {stage}: {score} of {full}"
