"""A class's marks as a table for the terminal."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Grade
from rich.table import Table

from autograder.bridge.marks import unmarked
from autograder.checking.assignments import HOMEWORK, STAGES, Assignment
from autograder.records.settings import course_settings


def marks_table(root: Path, assignment: Assignment = HOMEWORK) -> Table:
    """The gradebook's points, a row a submission and a column a stage.

    A stage with a mark still to be given shows "?", beside what is given already. The table
    fits a terminal of 80 columns.

    Args:
        root: the course's folder.
        assignment: whose points.
    """
    points_in_all = sum(STAGES[stage].points for stage in assignment.machine_stages)
    table = Table(
        title=f"Points by stage. sum: of {points_in_all} machine-given; ?: waits for a person; "
        "*: late",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    stages = [stage.key for stage in assignment.stages]
    for heading in ("student", *stages, "sum"):
        table.add_column(heading, justify="left" if heading == "student" else "right")
    with course_settings(root).gradebook() as gradebook:
        submissions = sorted(
            gradebook.assignment_submissions(assignment.name), key=lambda s: s.student_id
        )
        for submission in submissions:
            grades = submission.notebooks[0].grades if submission.notebooks else []
            machine = [grade for grade in grades if grade.name in assignment.machine_stages]
            table.add_row(
                f"{submission.student_id}{'*' if submission.total_seconds_late > 0 else ''}",
                *(points([g for g in grades if belongs(g, stage)]) for stage in stages),
                points(machine),
            )
    return table


def belongs(grade: Grade, stage: str) -> bool:
    """Whether a graded cell is one of the stage's."""
    return grade.name == stage or grade.name.startswith(f"{stage}-")


def points(grades: list[Grade]) -> str:
    """The sum of what is given, with a question mark where something is not."""
    given = [g.score for g in grades if g.auto_score is not None or g.manual_score is not None]
    waiting = "?" if unmarked(grades) or not grades else ""
    return f"{sum(given):g}{waiting}" if given else waiting
