"""Grading a class: nbgrader's own command, and around it what nbgrader passes over.

nbgrader leaves a student without a notebook out of the gradebook, keeps the old mark of one whose
notebook it cannot process, and stays silent about a mark that is missing. Here every submission
ends in the gradebook, and the last lines and the exit status name each one that needs a person.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import rmtree

from autograder.bridge.config import COURSE_ID
from autograder.bridge.marked import remember_copies
from autograder.bridge.marks import unmarked
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.scores import forget
from autograder.bridge.submission import Finding, Problem, inspect, mend, problem_of
from autograder.checking.stages import HOMEWORK, Assignment
from autograder.records.records import Records
from autograder.records.settings import course_settings
from autograder.roster.gradebook import sync_names
from autograder.roster.people import FILE as ROSTER
from autograder.roster.tables import RosterError


class NotReleasedError(Exception):
    """The gradebook does not know the assignment yet."""


@dataclass(frozen=True)
class Remark:
    """Something to know about one submission.

    Attributes:
        student: whose it is.
        words: what is the matter, and what was done.
        needs_person: whether somebody has to act before the mark is right.
    """

    student: str
    words: str
    needs_person: bool = True


@dataclass(frozen=True)
class RunResult:
    """How a class's grading ended.

    Attributes:
        students: everybody whose submission was looked at.
        remarks: what is to be known, by student.
        failed: whether nbgrader's command itself failed beyond single submissions.
        waiting: how many answers a person still has to mark, by student.
    """

    students: tuple[str, ...]
    remarks: tuple[Remark, ...] = field(default=())
    failed: bool = False
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 where every mark stands, 1 where a person has to look or to mark an answer."""
        problems = any(remark.needs_person for remark in self.remarks)
        return int(self.failed or problems or bool(self.waiting))

    def last_lines(self) -> list[str]:
        """The run's last lines: how many were graded, and every problem by name."""
        open_ones = {remark.student for remark in self.remarks if remark.needs_person}
        graded = len(set(self.students) - open_ones)
        ending = " by the machine" if self.exit_code else ", with nothing left open"
        lines = [f"{graded} of {len(self.students)} submissions graded{ending}."]
        for remark in self.remarks:
            label = "needs a person" if remark.needs_person else "note"
            lines.append(f"  {remark.student}: {label}: {remark.words}")
        if self.waiting:
            answers = _count(sum(self.waiting.values()), "answer")
            verb = "waits" if sum(self.waiting.values()) == 1 else "wait"
            people = _count(len(self.waiting), "student")
            lines.append(f"{answers} of {people} {verb} for marking in formgrader.")
        if self.failed:
            lines.append("nbgrader's command failed; its own messages stand above.")
        return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def autograde(
    root: Path,
    students: Iterable[str] | None = None,
    assignment: Assignment = HOMEWORK,
    *,
    force: bool = False,
) -> RunResult:
    """Grade the submissions of a course with nbgrader.

    `submitted/` stays as it is. A submission whose notebook nbgrader would pass over is graded
    through a mended copy.

    Args:
        root: the course's root, with `nbgrader_config.py` and `submitted/`.
        students: whose to grade; all where None.
        assignment: which of their submissions.
        force: grade again what is graded already.

    Raises:
        NotReleasedError: the assignment has not been generated yet.
    """
    root = root.resolve()
    _check_released(root, assignment)
    remember_copies(course_settings(root), assignment)
    folders = {path.parent.name: path for path in root.glob(f"submitted/*/{assignment.name}")}
    wanted = sorted(folders if students is None else set(students))
    remarks = [Remark(name, "nothing handed in") for name in wanted if name not in folders]
    findings = {
        name: inspect(folders[name], assignment.notebook) for name in wanted if name in folders
    }
    for name, finding in findings.items():
        _discard_outdated(_graded_copy(root, assignment, name), finding)

    passed_over = {
        name: finding
        for name, finding in findings.items()
        if finding.problem not in (None, Problem.UNREADABLE)
    }
    ordinary = findings.keys() - passed_over.keys()
    status = 0
    if ordinary:
        status = _autograde(root, assignment, force, leave_out=folders.keys() - ordinary)
    refused = {name for name in ordinary if not _graded_copy(root, assignment, name).exists()}
    for name in refused:
        passed_over[name] = findings[name] = Finding(None, Problem.REFUSED)
    if passed_over:
        mended = {name: folders[name] for name in passed_over}
        _grade_mended(root, assignment, mended, findings, force)

    for name, finding in findings.items():
        if finding.problem is not None and _graded_copy(root, assignment, name).exists():
            words = finding.summary(assignment.notebook)
            remarks.append(Remark(name, words, finding.problem.needs_person))
    open_remarks, waiting = _open_marks(root, assignment, list(findings))
    remarks += open_remarks
    try:
        sync_names(root)
    except RosterError as error:
        remarks.append(Remark(ROSTER, f"no names in the gradebook: {error}"))
    remarks.sort(key=lambda remark: remark.student)
    failed = status != 0 and not refused
    return RunResult(tuple(findings), tuple(remarks), failed, waiting)


def _gradebook(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE_ID)


def _graded_copy(root: Path, assignment: Assignment, student: str) -> Path:
    return root / "autograded" / student / assignment.name / assignment.notebook


def _check_released(root: Path, assignment: Assignment) -> None:
    if (root / "gradebook.db").exists():
        with _gradebook(root) as gradebook, contextlib.suppress(MissingEntry):
            gradebook.find_notebook(assignment.name, assignment.name)
            return
    raise NotReleasedError(
        f"The gradebook in {root} does not know {assignment.name} yet. Run "
        f"`vitcourse release {assignment.name}` or "
        f"`nbgrader generate_assignment {assignment.name}` first."
    )


def _discard_outdated(copy: Path, finding: Finding) -> None:
    """Remove a graded copy made of a notebook in another state, so that it is made again."""
    try:
        before = problem_of(read_notebook(copy))
    except (OSError, UnreadableNotebookError):
        return
    if before is not finding.problem:
        rmtree(str(copy.parent))


def nbgrader(root: Path, *arguments: str) -> int:
    """Run an nbgrader command in a course, and show what it says as it comes.

    nbgrader calls `alembic` by its bare name, so this environment's commands come first.

    Returns:
        The command's exit status.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**os.environ, "PATH": path},
        check=False,
    ).returncode


def _autograde(
    root: Path,
    assignment: Assignment,
    force: bool,
    leave_out: Iterable[str],
    submitted: str = "",
) -> int:
    """Run `nbgrader autograde`; what it warns of and its errors are shown."""
    arguments = ["autograde", assignment.name, "--log-level=WARN"]
    if force:
        arguments.append("--force")
    if leave_out:
        arguments.append(f"--CourseDirectory.student_id_exclude={','.join(sorted(leave_out))}")
    if submitted:
        arguments.append(f"--CourseDirectory.submitted_directory={submitted}")
    return nbgrader(root, *arguments)


def _grade_mended(
    root: Path,
    assignment: Assignment,
    folders: dict[str, Path],
    findings: dict[str, Finding],
    force: bool,
) -> None:
    """Grade copies of submissions in which the notebook is put right."""
    released = root / "release" / assignment.name / assignment.notebook
    (root / ".vitcourse").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mended-", dir=root / ".vitcourse") as place:
        for name, folder in folders.items():
            mend(folder, Path(place) / name / assignment.name, released, findings[name])
        submitted = str(Path(place).relative_to(root))
        _autograde(root, assignment, force, (), submitted)


def _open_marks(
    root: Path, assignment: Assignment, students: list[str]
) -> tuple[list[Remark], dict[str, int]]:
    """What the gradebook still lacks, and how many answers wait; whoever is not in it is added."""
    remarks, waiting = [], {}
    with _gradebook(root) as gradebook:
        for name in students:
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_submission(assignment.name, name)
            found = gradebook.find_submission_notebook(assignment.name, assignment.name, name)
            if not _graded_copy(root, assignment, name).exists():
                forget(found, Records(root))
                gradebook.db.commit()
                remarks.append(Remark(name, "not graded: nbgrader failed, as its messages say"))
                continue
            lacking = unmarked(found.grades)
            stages = {g.name: g for g in found.grades if g.name in assignment.machine_stages}
            for words, judged in (
                ("the grader gave no verdict on", False),
                ("a mark was given by hand, which waits to be looked at again, on", True),
            ):
                keys = [
                    key
                    for key in assignment.machine_stages
                    if key in lacking and (stages[key].auto_score is not None) is judged
                ]
                if keys:
                    remarks.append(Remark(name, f"{words} {', '.join(keys)}"))
            if answers := len(set(lacking) - stages.keys()):
                waiting[name] = answers
    return remarks, waiting
