"""What the gradebook says: which marks are open, and the table of all of them."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import ExportPlugin

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


def final_score(submitted: SubmittedAssignment | SubmittedNotebook) -> float:
    """The points of a submission when what lateness costs is taken off; never below 0."""
    return max(0.0, submitted.score - (submitted.late_submission_penalty or 0.0))


class MarksCsv(ExportPlugin):
    """nbgrader's table of marks, with one column more, `needs_marking`.

    It names the cells that a person still has to mark; until then `score` stays empty, and
    `raw_score` holds the points so far. A student who handed nothing in has `nothing handed in`
    there, and 0 points as in nbgrader's own table; of whom something lies in `submitted/` that is
    not graded, `not graded yet`.
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
                        marks = _nothing(self._submission(assignment.name, student.id).is_dir())
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

    def _submission(self, assignment: str, student: str) -> Path:
        """Where a student's files lie, if there are any."""
        coursedir = self.parent.coursedir
        return Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))


def _nothing(is_handed_in: bool) -> dict[str, Any]:
    return {
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": "" if is_handed_in else 0.0,
        "needs_marking": "not graded yet" if is_handed_in else "nothing handed in",
    }


def _marks(submission: SubmittedAssignment) -> dict[str, Any]:
    names = [name for notebook in submission.notebooks for name in unmarked(notebook.grades)]
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": submission.late_submission_penalty,
        "score": "" if names else final_score(submission),
        "needs_marking": " ".join(names),
    }
