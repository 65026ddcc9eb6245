"""What leaves the gradebook: feedback and marks that tell an open mark from a zero."""

import csv
from collections.abc import Iterable
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import ExportPlugin
from nbgrader.preprocessors import NbGraderPreprocessor

COLUMNS = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "needs_marking",
]


def waits(grade: Grade) -> bool:
    """Whether a person still has to mark a cell, or to look at it again."""
    return grade.needs_manual_grade or (grade.auto_score is None and grade.manual_score is None)


def unmarked(grades: Iterable[Grade]) -> list[str]:
    """The names of the cells that wait for a person, in the order of the alphabet."""
    return sorted(grade.name for grade in grades if waits(grade))


class NoteUnmarked(NbGraderPreprocessor):
    """Say on top of a feedback page what is not marked yet: nbgrader shows it as 0 points."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Add the note where it is needed."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            names = unmarked(
                gradebook.find_submission_notebook(
                    about["notebook"], about["assignment"], about["student"]
                ).grades
            )
        if names:
            cells = ", ".join(f"`{name}`" for name in names)
            note = (
                f"**Not marked yet:** {cells}. These parts count as 0 in the scores shown here "
                "until somebody has looked at them; they are no zeros."
            )
            nb.cells.insert(0, new_markdown_cell(note))
        return nb, resources


class MarksCsv(ExportPlugin):
    """nbgrader's table of marks, with one column more, `needs_marking`.

    It names the cells that a person still has to mark; until then `score` stays empty, and
    `raw_score` holds the points so far. A student who handed nothing in has `nothing handed in`
    there, and 0 points as in nbgrader's own table.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the table, to `grades.csv` unless `--to` says otherwise."""
        target = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", target)
        with open(target, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in map(str, self.assignment):
                    continue
                for student in gradebook.students:
                    if self.student and student.id not in map(str, self.student):
                        continue
                    try:
                        submission = gradebook.find_submission(assignment.name, student.id)
                    except MissingEntry:
                        marks = _nothing()
                    else:
                        marks = _marks(submission)
                    table.writerow(
                        {
                            "assignment": assignment.name,
                            "duedate": assignment.duedate,
                            "student_id": student.id,
                            "last_name": student.last_name,
                            "first_name": student.first_name,
                            "email": student.email,
                            "max_score": assignment.max_score,
                            **marks,
                        }
                    )


def _nothing() -> dict[str, Any]:
    return {
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "needs_marking": "nothing handed in",
    }


def _marks(submission: SubmittedAssignment) -> dict[str, Any]:
    names = [name for notebook in submission.notebooks for name in unmarked(notebook.grades)]
    penalty = submission.late_submission_penalty
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": "" if names else max(0.0, submission.score - penalty),
        "needs_marking": " ".join(names),
    }
