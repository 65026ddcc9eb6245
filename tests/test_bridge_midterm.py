"""A course marked by an earlier tree, graded again by this one: every mark by hand stays."""

from __future__ import annotations

import csv
import sqlite3
import sys
import tarfile
from pathlib import Path

import nbformat
import pytest
from bridge_course import environment
from warm_commands import run

from autograder.bridge.feedback import write_feedback
from autograder.records.settings import course_settings

pytestmark = pytest.mark.slow

FIXTURE = Path(__file__).parent / "fixtures" / "midterm.tar.xz"
ASSIGNMENT = "vit-cifar10"
CONFIG = """
c.GradeStages.grader_factory = "kept_grader.KeptGrader"
"""
KEPT_GRADER = """
import json

from autograder.checking.assignments import STAGES
from autograder.checking.execution.verdicts import StageReport, Status, Verdict


class KeptGrader:
    def __init__(self, root):
        self.kept = json.loads((root / "kept.json").read_text())

    def grade(self, submission, assignment):
        return {
            key: StageReport(
                key,
                (Verdict("it", key, "It.", STAGES[key].points, Status.PASSED, "", int(score)),),
            )
            for key, score in self.kept[submission.parent.name].items()
        }
"""
VERDICTS = """
SELECT json_group_object(student, json(scores)) FROM (
    SELECT submitted_assignment.student_id AS student,
        json_group_object(base_cell.name, grade.auto_score) AS scores
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    WHERE base_cell.name NOT LIKE 'questions-%' AND grade.auto_score IS NOT NULL
    GROUP BY student
)
"""


def nbgrader(root: Path, *arguments: str) -> None:
    words = [sys.executable, "-m", "nbgrader", *arguments, "--log-level=ERROR"]
    run(words, root, environment()).check_returncode()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, with a grader that gives the verdicts that it had."""
    folder = tmp_path_factory.mktemp("course")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    root = folder / "midterm"
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        (kept,) = gradebook.execute(VERDICTS).fetchone()
    (root / "kept.json").write_text(kept)
    (root / "kept_grader.py").write_text(KEPT_GRADER)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c = get_config()\n{CONFIG}")
    return root


def test_every_mark_stays_and_a_changed_answer_asks(root: Path) -> None:
    nbgrader(root, "autograde", ASSIGNMENT, "--force")
    nbgrader(root, "export", "--to", "again.csv")
    assert table(root / "again.csv") == table(root / "grades.csv")
    assert write_feedback(root).failed == {}

    marked = next(row for row in table(root / "grades.csv") if not row["needs_marking"])
    student = marked["student_id"]
    path = root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    changed = next(
        cell for cell in notebook.cells if "questions-positions-2d" in str(cell.metadata)
    )
    changed.source += "\n\nAnd one thing more."
    path.chmod(0o644)
    nbformat.write(notebook, path)
    nbgrader(root, "autograde", ASSIGNMENT, "--force", f"--CourseDirectory.student_id={student}")
    nbgrader(root, "export", "--to", "changed.csv")
    (now,) = [row for row in table(root / "changed.csv") if row["student_id"] == student]
    assert (now["needs_marking"], now["score"]) == ("questions-positions-2d", "")
    write_feedback(root)
    page = course_settings(root).feedback / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert "Not marked yet:" in page.read_text()
