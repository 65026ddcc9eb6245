"""A course of four small assignments, in which a submission's first file says its points.

Release, grading, gradebook, feedback and export are the course's and nbgrader's own; only the
checks are replaced: `term_grader.py` reads each stage's points where the real one runs code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from bridge_course import answer_cell, check_cell, question_cell
from course_commands import Commands
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.checking.assignments import ASSIGNMENTS, STAGES, Assignment

QUESTIONS = ("questions-first", "questions-second")
CONFIG = """
from autograder.bridge.config import configure

c = get_config()
configure(c)
c.GenerateAssignment.preprocessors = c.GenerateAssignment.preprocessors[:-1]
c.GradeStages.grader_factory = "term_grader.TermGrader"
c.AssignLatePenalties.plugin_class = "term_penalty.PointAnHour"
"""
SETTINGS = '[grading]\nisolation = "cooperative"\ndata = "sample"\n'
GRADER = """
from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.verdicts import StageReport, Status, Verdict


class TermGrader:
    def __init__(self, root):
        pass

    def grade(self, submission, assignment=HOMEWORK):
        lines = (submission / assignment.files[0]).read_text().splitlines()
        earned = {key: int(points) for key, points in (line.split() for line in lines)}
        return {key: report(key, earned[key]) for key in assignment.machine_stages}

    def fill(self, folders, assignment=HOMEWORK):
        return iter(list(folders))


def report(key, earned):
    points = STAGES[key].points
    status = Status.PASSED if earned == points else Status.FAILED
    return StageReport(key, (Verdict("test_it", key, "It works.", points, status, "", earned),))
"""
PENALTY = """
from nbgrader.plugins import BasePlugin


class PointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 3600
"""
COMMAND = """
from autograder.cli.main import app
from autograder.grading.grader import Grader
from term_grader import TermGrader

Grader.grade, Grader.fill = TermGrader.grade, TermGrader.fill
app()
"""


def points_of_question(assignment: Assignment) -> int:
    """What each of the two questions is worth: half of the stage's points."""
    (stage,) = [stage for stage in assignment.stages if stage.key == "questions"]
    return stage.points // 2


def source(assignment: Assignment) -> NotebookNode:
    """The instructor's notebook: a check for each stage, and two questions."""
    cells = [new_markdown_cell(f"# {assignment.name}")]
    cells += [check_cell(key, STAGES[key].points) for key in assignment.machine_stages]
    for key in QUESTIONS:
        cells.append(question_cell(key, f"{assignment.name} asks for {key}."))
        cells.append(answer_cell(key, points_of_question(assignment), f"The model's {key}."))
    return new_notebook(cells=cells)


class TermCourse(Commands):
    """The course, with its four assignments released."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        files = {
            "nbgrader_config.py": CONFIG,
            "vitcourse.toml": SETTINGS,
            "term_grader.py": GRADER,
            "term_penalty.py": PENALTY,
            "term_command.py": COMMAND,
        }
        for name, text in files.items():
            (root / name).write_text(text)
        for assignment in ASSIGNMENTS.values():
            folder = root / "notebooks" / assignment.name
            folder.mkdir(parents=True)
            nbformat.write(source(assignment), folder / assignment.notebook)
            self.run("nbgrader", "generate_assignment", assignment.name)

    def vitcourse(self, *words: str, status: tuple[int, ...] = (0,)) -> str:
        """Run one of the course's commands."""
        return self.run(sys.executable, "term_command.py", *words, status=status)

    def answered(self, assignment: Assignment, answers: Mapping[str, str]) -> bytes:
        """The released notebook with these answers in it."""
        path = self.root / "release" / assignment.name / assignment.notebook
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            key = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(key, cell.source)
        return json.dumps(notebook).encode()

    def set_due(self, assignment: Assignment, due: datetime) -> None:
        """Give an assignment a due date, in UTC."""
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment.name, duedate=due)

    def extend(self, student: str, assignment: Assignment, by: timedelta) -> None:
        """Give somebody an extension, as an instructor does in nbgrader's gradebook."""
        with self.gradebook() as gradebook:
            gradebook.find_submission(assignment.name, student).extension = by
            gradebook.db.commit()

    def waiting(self, assignment: Assignment) -> dict[str, set[str]]:
        """The cells that wait for a person, by student, as the exported table has them."""
        return {
            row["student_id"]: set(row["needs_marking"].split())
            for row in self.export()
            if row["assignment"] == assignment.name and row["needs_marking"]
        }

    def mark(
        self, student: str, assignment: Assignment, key: str, points: float, comment: str = ""
    ) -> None:
        """Give points for an answer by hand, as formgrader does."""
        with self.gradebook() as gradebook:
            name = assignment.name
            grade = gradebook.find_grade(key, name, name, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            if comment:
                gradebook.find_comment(key, name, name, student).manual_comment = comment
            gradebook.db.commit()
