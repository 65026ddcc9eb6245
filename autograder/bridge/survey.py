"""Before a class is graded: what lies in `submitted/`, and whose files are not those graded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.bridge.graded import Graded, changes, changes_since_copy, digests
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.submission import Finding, Problem, inspect, problem_of
from autograder.checking.assignments import Assignment
from autograder.grading.versions import Versions
from autograder.records.records import Records
from autograder.records.settings import CourseSettings


@dataclass(frozen=True)
class Survey:
    """What there is to grade.

    Attributes:
        settings: of the course.
        assignment: which submissions were looked at.
        folders: every student's submission, by student.
        absent: who was asked for and has none.
        findings: what was found in each submission that was asked for.
        changes: for everybody who is to be graded, how the files differ from those graded
            before; nothing for a first time.
        graded: for everybody who is not, what the marks were given for.
    """

    settings: CourseSettings
    assignment: Assignment
    folders: dict[str, Path]
    absent: tuple[str, ...]
    findings: dict[str, Finding]
    changes: dict[str, list[str]]
    graded: dict[str, Graded]

    @property
    def to_judge(self) -> list[Path]:
        """The folders with the files of everybody who is to be graded."""
        return [self.files_of(name) for name in self.changes]

    def files_of(self, student: str) -> Path:
        """Where a submission's files lie: its folder, or one inside it."""
        return self.findings[student].folder or self.folders[student]

    def copy(self, student: str) -> Path:
        """A student's notebook as it was graded, whether it is there or not."""
        place = self.settings.autograded / student / self.assignment.name
        return place / self.assignment.notebook


def survey(
    settings: CourseSettings,
    students: Iterable[str] | None,
    assignment: Assignment,
    *,
    everybody: bool = False,
) -> Survey:
    """Look at the submissions of an assignment.

    Args:
        settings: of the course.
        students: whose to look at; all where None.
        assignment: which of their submissions.
        everybody: whether unchanged submissions are to be graded, too.
    """
    folders = {
        path.parent.name: path
        for path in sorted(settings.submitted.glob(f"*/{assignment.name}"))
        if path.is_dir()
    }
    wanted = sorted(folders if students is None else set(students))
    found = Survey(
        settings,
        assignment,
        folders,
        absent=tuple(name for name in wanted if name not in folders),
        findings={n: inspect(folders[n], assignment) for n in wanted if n in folders},
        changes={},
        graded={},
    )
    records = Records(settings.root)
    for name, finding in list(found.findings.items()):
        if finding.problem and finding.problem.forbids_grading:
            continue
        before = _graded_before(found, records, name)
        if isinstance(before, Graded) and not everybody:
            found.graded[name] = before
            if _was_refused(found.copy(name)) and finding.problem is None:
                found.findings[name] = Finding(None, Problem.REFUSED)
        else:
            found.changes[name] = before if isinstance(before, list) else []
    return found


def _was_refused(copy: Path) -> bool:
    """Whether a graded copy stands in for a notebook that nbgrader could not process."""
    return problem_of(read_notebook(copy)) is Problem.REFUSED


def _graded_before(found: Survey, records: Records, name: str) -> Graded | list[str] | None:
    """What a submission as it is was graded for, how it has changed since, or None if never."""
    folder, finding, copy = found.folders[name], found.findings[name], found.copy(name)
    try:
        read_notebook(copy)
    except (OSError, UnreadableNotebookError):
        return None
    now = digests(folder)
    graded = Graded.of(records, name, found.assignment.name)
    if graded is None:
        words = changes_since_copy(folder, copy.parent, finding, found.assignment)
        graded = Graded(now, Versions(), None)
    else:
        words = changes(graded.files, now)
    return words or graded
