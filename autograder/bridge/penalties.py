"""Late penalties by themselves: computed again where a due date has moved, by nbgrader's own rule.

It runs as a program of its own in the course's folder, as nbgrader does, because the rule may be a
plugin that lies there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.preprocessors import AssignLatePenalties

from autograder.checking.assignments import Assignment, assignment_named
from autograder.records.settings import CourseSettings, course_settings, nbgrader_config


class PenaltyError(RuntimeError):
    """nbgrader's rule for late penalties failed."""


def penalties(
    settings: CourseSettings, assignment: Assignment, students: Iterable[str]
) -> dict[str, tuple[float, float]]:
    """Compute the penalties of some submissions again.

    Args:
        settings: of the course.
        assignment: which submissions.
        students: whose.

    Returns:
        The penalty before and now, by student.

    Raises:
        PenaltyError: with the last line of what the rule said.
    """
    names = sorted(students)
    if not names:
        return {}
    before = _read(settings, assignment, names)
    done = subprocess.run(
        [sys.executable, "-m", __name__, assignment.name, *names],
        cwd=settings.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PenaltyError(f"the late penalties cannot be computed: {last}")
    after = _read(settings, assignment, names)
    return {name: (before[name], after[name]) for name in names}


def _read(settings: CourseSettings, assignment: Assignment, names: list[str]) -> dict[str, float]:
    with settings.gradebook() as gradebook:
        return {
            name: gradebook.find_submission(assignment.name, name).late_submission_penalty or 0.0
            for name in names
        }


def main(name: str, *students: str) -> None:
    """Compute the penalties of an assignment's submissions in the course of this folder."""
    root = Path.cwd()
    assignment = assignment_named(name)
    rule = AssignLatePenalties(config=nbgrader_config(root))
    db_url = course_settings(root).db_url
    for student in students:
        about = {
            "student": student,
            "assignment": assignment.name,
            "notebook": assignment.name,
            "db_url": db_url,
        }
        rule.preprocess(new_notebook(), {"nbgrader": about})


if __name__ == "__main__":
    main(*sys.argv[1:])
