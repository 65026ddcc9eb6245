"""From the grader's verdicts to nbgrader's gradebook; no score is ever read from an output."""

import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters import BaseConverter
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution
from traitlets import Unicode
from traitlets.utils.importstring import import_item

from autograder.bridge.marked import add_notes, finish, remember, settle
from autograder.checking.assignments import STAGES, Assignment, assignment_named
from autograder.checking.execution.verdicts import StageReport, Status, Verdict
from autograder.checking.feedback.report import as_html, as_text
from autograder.grading.versions import Versions
from autograder.records.records import Records
from autograder.sandbox import SandboxUnavailable

REPORTS = "reports"
VERSIONS = "versions"


class Grades(Protocol):
    """What the bridge asks of a grader."""

    def grade(self, submission: Path, assignment: Assignment) -> dict[str, StageReport]:
        """The report of every machine-graded stage, by its key."""


# A run of nbgrader's is a converter object; formgrader's server makes one for each button pressed.
_graders: weakref.WeakKeyDictionary[BaseConverter, Grades] = weakref.WeakKeyDictionary()


class ForgetScores(NbGraderPreprocessor):
    """Forget what an earlier run gave, before anything can fail; a person's marks are kept."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Forget the automatic scores of one submission."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            forget(
                gradebook.find_submission_notebook(
                    about["notebook"], about["assignment"], about["student"]
                ),
                Records(Path(self.parent.parent.coursedir.root)),
            )
            gradebook.db.commit()
        return nb, resources


def forget(found: SubmittedNotebook, records: Records) -> None:
    """Leave every automatic score of a submission open, for a verdict or a person to give.

    What a person gave is kept in the records first, with what it was given for.
    """
    remember(found, records)
    for grade in found.grades:
        grade.auto_score = None
        grade.needs_manual_grade = True


class GradeStages(NbGraderPreprocessor):
    """In the place of nbgrader's `Execute`: ask the grader, and write its reports into the cells.

    No kernel starts, and no cell of the student's is run.
    """

    grader_factory = Unicode(
        "autograder.grading.grader.Grader.for_course",
        help="Dotted name of what makes the grader: a function of the course's root.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade one submission."""
        coursedir = self.parent.parent.coursedir
        about = resources["nbgrader"]
        submission = coursedir.format_path(
            coursedir.submitted_directory, about["student"], about["assignment"]
        )
        assignment = assignment_named(about["assignment"])
        reports = self._grade(Path(coursedir.root), Path(submission), assignment)
        about[REPORTS] = reports
        about[VERSIONS] = getattr(_graders.get(self.parent.parent), "versions", Versions())
        for cell in nb.cells:
            key = cell.metadata.get("nbgrader", {}).get("grade_id")
            if is_machine_graded(cell) and key in assignment.machine_stages:
                report = reports.setdefault(key, _no_verdict(key))
                if report.earned is None:
                    self.log.error("%s: stage %s needs a person", about["student"], key)
                cell.outputs = [
                    new_output(
                        "display_data",
                        {"text/html": as_html(report), "text/plain": as_text(report)},
                    )
                ]
        return nb, resources

    def _grade(
        self, root: Path, submission: Path, assignment: Assignment
    ) -> dict[str, StageReport]:
        try:
            return dict(self._grader(root).grade(submission, assignment))
        except SandboxUnavailable:
            raise
        except Exception:
            # The grader's own failure is nobody's zero, and must not stop the class.
            self.log.exception("The grader failed on the submission %s", submission)
            return {key: _no_verdict(key) for key in assignment.machine_stages}

    def _grader(self, root: Path) -> Grades:
        """The run's one grader, made for its first submission and closed when the run is over."""
        run = self.parent.parent
        if run not in _graders:
            grader = _imported(self.grader_factory)(root)
            if isinstance(grader, AbstractContextManager):
                grader = grader.__enter__()
                weakref.finalize(run, grader.__exit__, None, None, None)
            _graders[run] = grader
        return _graders[run]


class SaveVerdicts(SaveAutoGrades):
    """nbgrader's `SaveAutoGrades`, in which a check cell's score is the verdict's.

    Stock reads it from the cell's output, where no output, text or a negative number is full
    points; and it keeps a person's mark whatever has changed since.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Save one submission's scores, all at once: stock waits for the disk after each cell."""
        about = resources["nbgrader"]
        self.notebook_id, self.student_id = about["notebook"], about["student"]
        self.assignment_id = about["assignment"]
        self.gradebook = Gradebook(about["db_url"])
        with self.gradebook:
            db = self.gradebook.db
            commit, db.commit = db.commit, db.flush
            for number, cell in enumerate(nb.cells):
                self.preprocess_cell(cell, resources, number)
            found = self.gradebook.find_submission_notebook(
                self.notebook_id, self.assignment_id, self.student_id
            )
            marked = settle(found, Records(Path(self.parent.parent.coursedir.root)))
            commit()
        finish(marked)
        add_notes(nb, marked)
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        """Save a cell's score; where there is no verdict, leave it to a person."""
        if not is_machine_graded(cell):
            super()._add_score(cell, resources)
            return
        about = resources["nbgrader"]
        key = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(
            key, self.notebook_id, self.assignment_id, self.student_id
        )
        report = about.get(REPORTS, {}).get(key)
        earned = None if report is None else report.earned
        if earned is not None and not (report.points == grade.max_score >= earned >= 0):
            self.log.error(
                "Stage %s: %s of %s points does not fit a cell of %s; a person has to look",
                key,
                earned,
                report.points,
                grade.max_score,
            )
            earned = None
        grade.auto_score = None if earned is None else float(earned)
        grade.needs_manual_grade = earned is None
        self.gradebook.db.commit()


def is_machine_graded(cell: NotebookNode) -> bool:
    """Whether a cell's points come from the grader: a check cell, not an answer."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def _no_verdict(key: str) -> StageReport:
    """A report of the grader's own failure: no points given, none denied."""
    title, message = "The grader could judge this stage.", "The grader itself failed."
    points = STAGES[key].points
    return StageReport(key, (Verdict("grading", key, title, points, Status.GRADER_ERROR, message),))


def _imported(name: str) -> Callable[[Path], Grades]:
    """The function with this dotted name, which may be a method of a class."""
    owner, _, attribute = name.rpartition(".")
    return getattr(import_item(owner), attribute)
