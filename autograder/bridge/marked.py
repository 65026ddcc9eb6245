"""Marks by hand, and what each was given for: an answer's text, or a stage's files.

nbgrader keeps a mark when the answer under it changes. Here the gradebook holds a mark only while
the text stands for which it was given. What was given for earlier texts is kept in the course's
records, stands as a note above the answer in the graded copy, and counts again where a student
goes back to that text.

A run of grading passes three points: `remember` before anything is overwritten, `ExpectAnswers`
once the new texts are known, `settle` when the new automatic scores are in the gradebook. A run
that dies between them leaves a record that the next one understands.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Comment, Grade, SubmittedNotebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.bridge.answers import WORDS, answer_keys, keys_of_copy, stage_keys
from autograder.bridge.marks import waits
from autograder.bridge.reading import COURSE_METADATA
from autograder.bridge.restore import RELEASED_TEXTS, released_texts
from autograder.checking.assignments import Assignment, assignment_named
from autograder.records.records import Records
from autograder.records.settings import CourseSettings

KIND = "marked"
LOST = "lost"  # Nobody can say what was marked: whatever comes is another text, and is asked.
NOTE = {COURSE_METADATA: {"note": "for the marker"}}


@dataclass(frozen=True)
class Mark:
    """What a person gave for one text.

    Attributes:
        key: of the text, or of the stage's files.
        score: the points; None where there is a comment or extra credit only.
        extra_credit: points beyond the cell's.
        comment: what the student is to read.
        verdict: the automatic score that the person saw.
        is_open: whether it waited to be looked at again.
    """

    key: str
    score: float | None
    extra_credit: float | None
    comment: str | None
    verdict: float | None
    is_open: bool

    @property
    def given(self) -> tuple[float | None, float | None, str | None]:
        """What the person entered."""
        return self.score, self.extra_credit, self.comment

    def in_words(self, max_score: float) -> str:
        """The mark in a sentence for the marker."""
        words = "no points entered" if self.score is None else f"{self.score:g} of {max_score:g}"
        if self.extra_credit:
            words += f", and {self.extra_credit:g} of extra credit"
        if self.comment:
            quoted = "\n".join(f"> {line}" for line in self.comment.splitlines())
            words += f". Comment:\n\n{quoted}"
        return words


class Marked:
    """What is known of one submission's marks by hand.

    Attributes:
        shown: the keys of what the marker saw last, by cell.
        coming: the keys of what a run is about to show; None between runs.
        marks: what was given for each text, by cell, the last one at the end.
    """

    def __init__(self, records: Records, student: str, assignment: str) -> None:
        self._place = (KIND, student, assignment)
        self._records = records
        found = records.read(*self._place) or {}
        self.shown: dict[str, str] = found.get("shown", {})
        self.coming: dict[str, str] | None = found.get("coming")
        self.marks: dict[str, list[Mark]] = {
            name: [Mark(**mark) for mark in marks] for name, marks in found.get("marks", {}).items()
        }

    def save(self) -> None:
        """Keep it."""
        marks = {name: [asdict(mark) for mark in marks] for name, marks in self.marks.items()}
        content = {"shown": self.shown, "coming": self.coming, "marks": marks}
        self._records.write(*self._place, content)

    def find(self, name: str, key: str | None) -> Mark | None:
        """The mark given for a text of a cell."""
        return next((mark for mark in self.marks.get(name, ()) if mark.key == key), None)

    def put(self, name: str, mark: Mark) -> None:
        """Add a mark, in place of an earlier one for the same text."""
        self.drop(name, mark.key)
        self.marks.setdefault(name, []).append(mark)

    def drop(self, name: str, key: str) -> None:
        """Remove the mark given for a text of a cell."""
        left = [mark for mark in self.marks.pop(name, []) if mark.key != key]
        if left:
            self.marks[name] = left


def remember(found: SubmittedNotebook, records: Records) -> None:
    """Keep the marks in the gradebook, each with the text for which it was given."""
    marked = Marked(records, found.student.id, found.assignment.name)
    comments = _comments(found)
    interrupted = marked.coming is not None
    for name, grade in _grades(found).items():
        key = marked.shown.get(name, LOST)
        mark = _entered(key, grade, comments.get(name))
        known = marked.marks.get(name, [])
        if interrupted and any(mark.given == each.given for each in known):
            continue  # the run that died had opened it: what was kept then is what a person gave
        if any(value is not None for value in mark.given) or (known and not mark.is_open):
            marked.put(name, mark)
        elif not interrupted:
            marked.drop(name, key)
    marked.coming = marked.coming or {}
    marked.save()


class ExpectAnswers(NbGraderPreprocessor):
    """Keep the keys of the submission that is being graded, whose cells are restored by now."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Look at one submission, and leave its notebook as it is."""
        about, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        submission = coursedir.format_path(
            coursedir.submitted_directory, about["student"], about["assignment"]
        )
        marked = Marked(Records(Path(coursedir.root)), about["student"], about["assignment"])
        assignment = assignment_named(about["assignment"])
        _expect(marked, nb, about[RELEASED_TEXTS], Path(submission), assignment)
        return nb, resources


def _expect(
    marked: Marked,
    notebook: NotebookNode,
    texts: set[str],
    submission: Path,
    assignment: Assignment,
) -> None:
    marked.coming = answer_keys(notebook, texts) | stage_keys(submission, assignment)
    if any(mark.key.startswith(WORDS) for marks in marked.marks.values() for mark in marks):
        words = answer_keys(notebook, texts, WORDS)
        for name, key in marked.coming.items():
            mark = marked.find(name, words.get(name))
            if mark is not None:
                marked.drop(name, mark.key)
                marked.put(name, Mark(**{**asdict(mark), "key": key}))
    marked.save()


def settle(found: SubmittedNotebook, records: Records) -> Marked:
    """Leave a mark in the gradebook where its text stands; else take it out, and ask.

    The new automatic scores are there already. The caller commits, then calls `finish`.
    """
    marked = Marked(records, found.student.id, found.assignment.name)
    comments = _comments(found)
    for name, grade in _grades(found).items():
        key = (marked.coming or {}).get(name)
        if key is None:
            continue
        mark = marked.find(name, key)
        comment = comments.get(name)
        grade.manual_score = mark and mark.score
        grade.extra_credit = mark and mark.extra_credit
        if comment is not None:
            comment.manual_comment = mark and mark.comment
        grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
        if mark is None and marked.marks.get(name):
            grade.needs_manual_grade = True
        elif mark is not None and mark.score is not None:
            # A changed verdict asks the person who overruled another one.
            grade.needs_manual_grade = mark.is_open or mark.verdict != grade.auto_score
    return marked


def finish(marked: Marked) -> None:
    """The gradebook has what `settle` decided: from now on marks are for the new texts."""
    marked.shown, marked.coming = marked.coming or {}, None
    marked.save()


def add_notes(notebook: NotebookNode, marked: Marked) -> None:
    """Put the last mark for an earlier text above each answer that has no mark of its own."""
    cells = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        name = about.get("grade_id")
        earlier = marked.marks.get(name, ())
        if earlier and marked.find(name, marked.shown.get(name)) is None:
            what = "an earlier answer" if about.get("solution") else "earlier files"
            words = earlier[-1].in_words(about.get("points", 0))
            text = f"**For the marker: this has changed.** Marked before, for {what}: {words}"
            cells.append(new_markdown_cell(text, metadata=NOTE))
        cells.append(cell)
    notebook.cells = cells


def is_note(cell: NotebookNode) -> bool:
    """Whether a cell of a graded copy is for the marker alone."""
    return bool(cell.metadata.get(COURSE_METADATA))


def remember_copies(settings: CourseSettings, assignment: Assignment) -> None:
    """Keep what marks were given for where only the graded copies tell.

    For submissions graded before there were records of it. Called before `autograded/` changes.
    """
    records = Records(settings.root)
    texts: set[str] | None = None
    with settings.gradebook() as gradebook:
        for found in gradebook.notebook_submissions(assignment.name, assignment.name):
            student = found.student.id
            marked = Marked(records, student, assignment.name)
            if marked.shown or marked.coming is not None or not _is_marked(found):
                continue
            if texts is None:
                texts = released_texts(settings.release / assignment.name / assignment.notebook)
            copy = settings.autograded / student / assignment.name / assignment.notebook
            try:
                marked.shown = keys_of_copy(copy, texts, assignment)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
            marked.save()


def _is_marked(found: SubmittedNotebook) -> bool:
    return any(
        grade.manual_score is not None or grade.extra_credit is not None for grade in found.grades
    ) or any(comment.manual_comment for comment in found.comments)


def _entered(key: str, grade: Grade, comment: Comment | None) -> Mark:
    """What stands in the gradebook now."""
    return Mark(
        key,
        grade.manual_score,
        grade.extra_credit,
        (comment.manual_comment or None) if comment is not None else None,
        grade.auto_score,
        waits(grade),
    )


def _grades(found: SubmittedNotebook) -> dict[str, Grade]:
    return {grade.name: grade for grade in found.grades}


def _comments(found: SubmittedNotebook) -> dict[str, Comment]:
    return {comment.name: comment for comment in found.comments}
