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
from collections.abc import Callable, Iterable
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.utils import rmtree

from autograder.bridge.marked import remember_copies
from autograder.bridge.remarks import open_marks, outdated, renew_penalties
from autograder.bridge.result import Remark, RunResult
from autograder.bridge.submission import Finding, Problem, mend, put_unreadable_times_aside
from autograder.bridge.survey import Survey, survey
from autograder.checking.assignments import HOMEWORK, Assignment
from autograder.grading.versions import Versions
from autograder.records.settings import CourseSettings, course_settings
from autograder.roster.gradebook import sync_names
from autograder.roster.people import FILE as ROSTER
from autograder.roster.tables import RosterError

MOST_NAMED = 5
SEEN_BY_NBGRADER = (None, Problem.UNREADABLE)  # an unreadable notebook is the exporter's to mend


class NotReleasedError(Exception):
    """The gradebook does not know the assignment yet."""


def autograde(
    root: Path,
    students: Iterable[str] | None = None,
    assignment: Assignment = HOMEWORK,
    *,
    force: bool = False,
    versions: Versions | None = None,
    ahead: Callable[[list[Path]], None] = lambda folders: None,
) -> RunResult:
    """Grade the submissions of a course with nbgrader: those that are new or changed.

    `submitted/` stays as it is, but for a `timestamp.txt` that holds no time, which gets another
    name. A submission that nbgrader would pass over is graded through a mended copy.

    Args:
        root: the course's root, with `nbgrader_config.py` and `submitted/`.
        students: whose to grade; all where None.
        assignment: which of their submissions.
        force: grade again what is graded already.
        versions: of the checks and the seed as they are, to be compared with those that
            unchanged submissions were graded with; None compares nothing.
        ahead: is given the folders of everybody who is about to be graded.

    Raises:
        NotReleasedError: the assignment has not been generated yet.
    """
    settings = course_settings(root)
    check_released(settings, assignment)
    put_unreadable_times_aside(settings.submitted)
    # Before any copy goes: a mark by hand belongs to the text that the copy shows.
    remember_copies(settings, assignment)
    found = survey(settings, students, assignment, everybody=force)
    ahead(found.to_judge)
    for name in found.changes:
        if found.copy(name).parent.exists():
            rmtree(str(found.copy(name).parent))
    passed_over = {
        name for name in found.changes if found.findings[name].problem not in SEEN_BY_NBGRADER
    }
    ordinary = found.changes.keys() - passed_over
    status = 0
    if ordinary:
        status = _autograde(found, leave_out=found.folders.keys() - ordinary)
    refused = {name for name in ordinary if not found.copy(name).exists()}
    found.findings.update(dict.fromkeys(refused, Finding(None, Problem.REFUSED)))
    passed_over |= refused
    if passed_over:
        _grade_mended(found, passed_over)

    remarks = [Remark(name, "nothing handed in") for name in found.absent]
    for name, changes in found.changes.items():
        if changes and found.copy(name).exists():
            more = f" and {len(changes) - MOST_NAMED} more" if len(changes) > MOST_NAMED else ""
            said = f"{', '.join(changes[:MOST_NAMED])}{more}: graded"
            remarks.append(Remark(name, said, needs_person=False))
    for name, finding in found.findings.items():
        forbidden = finding.problem is not None and finding.problem.forbids_grading
        if finding.problem is not None and (forbidden or found.copy(name).exists()):
            words = finding.summary(assignment.notebook)
            remarks.append(Remark(name, words, finding.problem.needs_person))
    remarks += renew_penalties(found)
    open_remarks, waiting = open_marks(found)
    remarks += open_remarks
    try:
        sync_names(settings.root)
    except RosterError as error:
        remarks.append(Remark(ROSTER, f"no names in the gradebook: {error}"))
    return RunResult(
        tuple(found.findings),
        tuple(sorted(remarks, key=lambda remark: remark.student)),
        status != 0 and not refused,
        waiting,
        tuple(outdated(found, versions)),
    )


def check_released(settings: CourseSettings, assignment: Assignment) -> None:
    """Stop where nbgrader does not know an assignment.

    Raises:
        NotReleasedError: says how to release it.
    """
    file = settings.gradebook_file
    if file is None or file.exists():
        with settings.gradebook() as gradebook, contextlib.suppress(MissingEntry):
            gradebook.find_notebook(assignment.name, assignment.name)
            return
    raise NotReleasedError(
        f"The gradebook {file or settings.db_url} does not know {assignment.name} yet. Run "
        f"`vitcourse release {assignment.name}` or "
        f"`nbgrader generate_assignment {assignment.name}` first."
    )


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


def _autograde(found: Survey, leave_out: Iterable[str], submitted: str = "") -> int:
    """Run `nbgrader autograde`; what it warns of and its errors are shown."""
    arguments = ["autograde", found.assignment.name, "--log-level=WARN"]
    if leave_out:
        arguments.append(f"--CourseDirectory.student_id_exclude={','.join(sorted(leave_out))}")
    if submitted:
        arguments.append(f"--CourseDirectory.submitted_directory={submitted}")
    return nbgrader(found.settings.root, *arguments)


def _grade_mended(found: Survey, students: Iterable[str]) -> None:
    """Grade copies of submissions in which the notebook is put right."""
    root, assignment = found.settings.root, found.assignment
    released = found.settings.release / assignment.name / assignment.notebook
    (root / ".vitcourse").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mended-", dir=root / ".vitcourse") as place:
        for name in students:
            target = Path(place) / name / assignment.name
            mend(found.folders[name], target, released, found.findings[name])
        _autograde(found, (), str(Path(place).relative_to(root)))
