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
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.scores import forget
from autograder.bridge.submission import NOTEBOOK, Finding, Problem, inspect, mend, problem_of
from autograder.checking.stages import ASSIGNMENT, MACHINE_STAGES


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
    """

    students: tuple[str, ...]
    remarks: tuple[Remark, ...] = field(default=())
    failed: bool = False

    @property
    def exit_code(self) -> int:
        """0 where every mark stands, 1 where a person has to look."""
        return int(self.failed or any(remark.needs_person for remark in self.remarks))

    def last_lines(self) -> list[str]:
        """The run's last lines: how many were graded, and every problem by name."""
        open_ones = {remark.student for remark in self.remarks if remark.needs_person}
        graded = len(set(self.students) - open_ones)
        lines = [f"{graded} of {len(self.students)} submissions graded, with nothing left open."]
        for remark in self.remarks:
            label = "needs a person" if remark.needs_person else "note"
            lines.append(f"  {remark.student}: {label}: {remark.words}")
        if self.failed:
            lines.append("nbgrader's command failed; its own messages stand above.")
        return lines


def autograde(
    root: Path, students: Iterable[str] | None = None, *, force: bool = False
) -> RunResult:
    """Grade the submissions of a course with nbgrader.

    `submitted/` stays as it is. A submission whose notebook nbgrader would pass over is graded
    through a mended copy.

    Args:
        root: the course's root, with `nbgrader_config.py` and `submitted/`.
        students: whose to grade; all where None.
        force: grade again what is graded already.

    Raises:
        NotReleasedError: the assignment has not been generated yet.
    """
    root = root.resolve()
    _check_released(root)
    folders = {path.parent.name: path for path in root.glob(f"submitted/*/{ASSIGNMENT}")}
    wanted = sorted(folders if students is None else set(students))
    remarks = [Remark(name, "nothing handed in") for name in wanted if name not in folders]
    findings = {name: inspect(folders[name]) for name in wanted if name in folders}
    for name, finding in findings.items():
        _discard_outdated(root, name, finding)

    passed_over = {
        name: finding
        for name, finding in findings.items()
        if finding.problem not in (None, Problem.UNREADABLE)
    }
    ordinary = findings.keys() - passed_over.keys()
    status = 0
    if ordinary:
        status = _autograde(root, force, leave_out=folders.keys() - ordinary)
    refused = {name for name in ordinary if not _graded_copy(root, name).exists()}
    for name in refused:
        passed_over[name] = findings[name] = Finding(None, Problem.REFUSED)
    if passed_over:
        _grade_mended(root, {name: folders[name] for name in passed_over}, findings, force)

    for name, finding in findings.items():
        if finding.problem is not None and _graded_copy(root, name).exists():
            words, needs_person = finding.problem.summary, finding.problem.needs_person
            remarks.append(Remark(name, words, needs_person))
    remarks += _open_marks(root, list(findings))
    failed = status != 0 and not refused
    return RunResult(tuple(findings), tuple(sorted(remarks, key=lambda r: r.student)), failed)


def _gradebook(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE_ID)


def _graded_copy(root: Path, student: str) -> Path:
    return root / "autograded" / student / ASSIGNMENT / NOTEBOOK


def _check_released(root: Path) -> None:
    if (root / "gradebook.db").exists():
        with _gradebook(root) as gradebook, contextlib.suppress(MissingEntry):
            gradebook.find_notebook(ASSIGNMENT, ASSIGNMENT)
            return
    raise NotReleasedError(
        f"The gradebook in {root} does not know {ASSIGNMENT} yet. "
        f"Run `vitcourse release` or `nbgrader generate_assignment {ASSIGNMENT}` first."
    )


def _discard_outdated(root: Path, student: str, finding: Finding) -> None:
    """Remove a graded copy made of a notebook in another state, so that it is made again."""
    copy = _graded_copy(root, student)
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


def _autograde(root: Path, force: bool, leave_out: Iterable[str], submitted: str = "") -> int:
    """Run `nbgrader autograde`; what it warns of and its errors are shown."""
    arguments = ["autograde", ASSIGNMENT, "--log-level=WARN"]
    if force:
        arguments.append("--force")
    if leave_out:
        arguments.append(f"--CourseDirectory.student_id_exclude={','.join(sorted(leave_out))}")
    if submitted:
        arguments.append(f"--CourseDirectory.submitted_directory={submitted}")
    return nbgrader(root, *arguments)


def _grade_mended(
    root: Path, folders: dict[str, Path], findings: dict[str, Finding], force: bool
) -> None:
    """Grade copies of submissions in which the notebook is put right."""
    released = root / "release" / ASSIGNMENT / NOTEBOOK
    (root / ".vitcourse").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mended-", dir=root / ".vitcourse") as place:
        for name, folder in folders.items():
            mend(folder, Path(place) / name / ASSIGNMENT, released, findings[name])
        _autograde(root, force, (), submitted=str(Path(place).relative_to(root)))


def _open_marks(root: Path, students: list[str]) -> list[Remark]:
    """What the gradebook still lacks; whoever is not in it is added."""
    remarks = []
    with _gradebook(root) as gradebook:
        for name in students:
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_submission(ASSIGNMENT, name)
            if not _graded_copy(root, name).exists():
                forget(gradebook, ASSIGNMENT, ASSIGNMENT, name)
                remarks.append(Remark(name, "not graded: nbgrader failed, as its messages say"))
                continue
            grades = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, name).grades
            lacking = {g.name for g in grades if g.auto_score is None and g.manual_score is None}
            stages = [key for key in MACHINE_STAGES if key in lacking]
            if stages:
                words = f"the grader gave no verdict on {', '.join(stages)}"
                remarks.append(Remark(name, words))
    return remarks
