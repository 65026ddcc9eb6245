"""A small course for the tests of the bridge: a notebook, a class, and a grader that is no grader.

The commands are nbgrader's own. The grader reads what to answer from the submission's `utils.py`.
"""

import csv
import json
import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Grade, Gradebook
from warm_commands import commands_of_the_course, run

ASSIGNMENT = "vit-cifar10"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
MODEL_ANSWER = "Sixteen leaves four tokens of an image of 32 by 32 pixels."

CONFIG = """
from autograder.bridge.config import configure

c = get_config()
configure(c, __file__)
c.GenerateAssignment.preprocessors = c.GenerateAssignment.preprocessors[:-1]
c.GradeStages.grader_factory = "fake_grader.FakeGrader"
c.Autograde.sanitize_preprocessors.append("fake_grader.Stumble")
"""

FAKE_GRADER = """
from nbconvert.preprocessors import Preprocessor

from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.verdicts import StageReport, Status, Verdict
from autograder.sandbox import SandboxUnavailable


class Stumble(Preprocessor):
    enabled = True

    def preprocess(self, nb, resources):
        if any("stumble" in cell.source for cell in nb.cells):
            raise KeyError("a fault of nbgrader's")
        return nb, resources


class FakeGrader:
    def __init__(self, root):
        assert (root / "nbgrader_config.py").exists()

    def grade(self, submission, assignment):
        wish = (submission / "utils.py").read_text()
        if "no sandbox" in wish:
            raise SandboxUnavailable("no sandbox here")
        if "grader breaks" in wish:
            raise RuntimeError("the grader is broken")
        return {key: report(key, wish) for key in HOMEWORK.machine_stages}


def report(key, wish):
    points = STAGES[key].points
    if f"{key} has no verdict" in wish:
        verdict = Verdict("test_it", key, "It works.", points, Status.GRADER_ERROR, "lost worker")
    elif f"{key} is worth too much" in wish:
        verdict = Verdict("test_it", key, "It works.", 400, Status.PASSED, "", 396)
    elif "right" in wish:
        verdict = Verdict("test_it", key, "It works.", points, Status.PASSED, "", points)
    else:
        message = "expected 1, got <script>alert('message')</script>"
        verdict = Verdict("test_it", key, "It works.", points, Status.FAILED, message)
    return StageReport(key, (verdict,))
"""


def check_cell(key: str, points: int) -> NotebookNode:
    """A stage's cell in the source notebook."""
    return _graded(new_code_cell(f'check("{key}")'), key, points, solution=False)


def answer_cell(key: str, points: int, answer: str) -> NotebookNode:
    """A question's cell in the source notebook."""
    marked = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
    return _graded(new_markdown_cell(marked), key, points, solution=True)


def _graded(cell: NotebookNode, key: str, points: int, *, solution: bool) -> NotebookNode:
    cell.metadata["nbgrader"] = {
        "grade_id": key,
        "grade": True,
        "solution": solution,
        "locked": not solution,
        "points": points,
        "schema_version": 3,
        "task": False,
    }
    return cell


def question_cell(key: str, text: str) -> NotebookNode:
    """A question's text in the source notebook."""
    cell = new_markdown_cell(text)
    cell.metadata["nbgrader"] = {
        "grade_id": f"ask-{key}",
        "grade": False,
        "solution": False,
        "locked": True,
        "schema_version": 3,
        "task": False,
    }
    return cell


def source_notebook() -> NotebookNode:
    """The instructor's notebook: two stages, two questions and cells around them."""
    return new_notebook(
        cells=[
            new_markdown_cell("# A small homework"),
            new_code_cell("from checking import check"),
            check_cell("attention", 20),
            check_cell("training", 10),
            new_markdown_cell("## Questions"),
            question_cell("patch-size", "Why is the patch size four?"),
            answer_cell("patch-size", 12, MODEL_ANSWER),
            question_cell("class-token", "What does the class token do?"),
            answer_cell("class-token", 8, "It gathers."),
            new_markdown_cell("## Handing in"),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


class Course:
    """A course in a folder of its own.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        """Make the course and release its assignment."""
        self.root = root
        (root / "nbgrader_config.py").write_text(CONFIG)
        (root / "fake_grader.py").write_text(FAKE_GRADER)
        source = root / "notebooks" / ASSIGNMENT
        source.mkdir(parents=True)
        nbformat.write(source_notebook(), source / NOTEBOOK)
        self.nbgrader("generate_assignment", ASSIGNMENT)

    def nbgrader(self, *arguments: str, status: int = 0) -> str:
        """Run an nbgrader command in the course; returns what it logged."""
        done = run([sys.executable, "-m", "nbgrader", *arguments], self.root, environment())
        assert done.returncode == status, done.stderr
        return done.stderr

    def released(self) -> NotebookNode:
        """The notebook as students get it."""
        return nbformat.read(self.root / "release" / ASSIGNMENT / NOTEBOOK, as_version=4)

    def folder(self, student: str) -> Path:
        """A student's submission."""
        return self.root / "submitted" / student / ASSIGNMENT

    def hand_in(
        self,
        student: str,
        notebook: NotebookNode | str | None = None,
        *,
        wish: str = "right",
        name: str = NOTEBOOK,
    ) -> None:
        """Put a submission into `submitted/`.

        Args:
            student: whose it is.
            notebook: a notebook, the text of a file, or None for no notebook.
            wish: what the grader is to answer, written into `utils.py`.
            name: the notebook's file name.
        """
        folder = self.folder(student)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "utils.py").write_text(wish)
        if notebook is not None:
            text = notebook if isinstance(notebook, str) else json.dumps(notebook)
            (folder / name).write_text(text, encoding="utf-8")

    def graded(self, student: str) -> NotebookNode:
        """A student's notebook after grading."""
        path = self.root / "autograded" / student / ASSIGNMENT / NOTEBOOK
        return nbformat.read(path, as_version=4)

    def shown(self, student: str) -> str:
        """All cells and outputs of a student's notebook after grading, as one text."""
        cells = self.graded(student).cells
        return "\n".join([c.source for c in cells] + [str(c.get("outputs", "")) for c in cells])

    def cell(self, student: str, key: str) -> NotebookNode:
        """One of the gradebook's cells in a student's notebook after grading."""
        (cell,) = [
            cell
            for cell in self.graded(student).cells
            if cell.metadata.get("nbgrader", {}).get("grade_id") == key
        ]
        return cell

    def gradebook(self) -> Gradebook:
        """The gradebook, open."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "vit-course")

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic score of every cell of a student's."""
        return {name: grade.auto_score for name, grade in self._grades(student).items()}

    def open_marks(self, student: str) -> set[str]:
        """The cells that wait for a person."""
        return {name for name, g in self._grades(student).items() if g.needs_manual_grade}

    def mark(self, student: str, key: str, score: float, comment: str = "") -> None:
        """Enter a mark by hand, as formgrader does."""
        with self.gradebook() as gradebook:
            grade = gradebook.find_grade(key, ASSIGNMENT, ASSIGNMENT, student)
            grade.manual_score, grade.needs_manual_grade = score, False
            if comment:
                note = gradebook.find_comment(key, ASSIGNMENT, ASSIGNMENT, student)
                note.manual_comment = comment
            gradebook.db.commit()

    def feedback(self, student: str) -> str:
        """A student's feedback page."""
        return (self.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()

    def marks(self) -> dict[str, dict[str, str]]:
        """The exported table, by student."""
        with (self.root / "grades.csv").open(newline="") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}

    def _grades(self, student: str) -> dict[str, Grade]:
        with self.gradebook() as gradebook:
            grades = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades
            return {grade.name: grade for grade in grades if grade.score is not None}


def environment() -> dict[str, str]:
    """The environment of a command, in which the repository's packages are found."""
    repository = str(Path(__file__).parents[1])
    paths = [repository, *filter(None, [os.environ.get("PYTHONPATH")])]
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PATH": commands}


def commands() -> AbstractContextManager[None]:
    """In this the course's own run starts nbgrader with the repository's packages."""
    return commands_of_the_course(environment())
