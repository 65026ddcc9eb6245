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
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.utils import rmtree

from autograder.bridge.graded import due_dates
from autograder.bridge.penalties import PenaltyError, penalties
from autograder.bridge.scores import forget
from autograder.bridge.submission import Finding, Problem, mend, put_unreadable_times_aside
from autograder.bridge.survey import Survey, survey
from autograder.checking.stages import HOMEWORK, Assignment
from autograder.grading.newer import too_new
from autograder.grading.versions import Versions
from autograder.records.records import Records
from autograder.records.settings import CourseSettings, course_settings

MOST_NAMED = 5
SEEN_BY_NBGRADER = (None, Problem.UNREADABLE)  # an unreadable notebook is the exporter's to mend


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
        notes: what is to be known of the class as a whole.
    """

    students: tuple[str, ...]
    remarks: tuple[Remark, ...] = field(default=())
    failed: bool = False
    notes: tuple[str, ...] = field(default=())

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
        lines += self.notes
        if self.failed:
            lines.append("nbgrader's command failed; its own messages stand above.")
        return lines


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
            words = finding.problem.summary(assignment.notebook)
            remarks.append(Remark(name, words, finding.problem.needs_person))
    remarks += _renew_penalties(found)
    remarks += _open_marks(found)
    return RunResult(
        tuple(found.findings),
        tuple(sorted(remarks, key=lambda remark: remark.student)),
        status != 0 and not refused,
        tuple(_outdated(found, versions)),
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


def _renew_penalties(found: Survey) -> list[Remark]:
    """Compute the late penalties of unchanged submissions again where the due date has moved."""
    settings, assignment = found.settings, found.assignment
    due = due_dates(settings, assignment)
    records = Records(settings.root)
    moved = [
        name
        for name, graded in found.graded.items()
        if graded.due is not None and graded.due != due.get(name, graded.due)
    ]
    remarks = []
    try:
        renewed = penalties(settings, assignment, moved)
    except PenaltyError as error:
        return [Remark(name, f"the due date has moved, but {error}") for name in moved]
    for name, (before, after) in renewed.items():
        when = f"is now due {due[name]} UTC" if due[name] else "has no due date any more"
        words = f"{when}: late penalty {before:g} before, {after:g} now"
        remarks.append(Remark(name, words, needs_person=False))
    for name, graded in found.graded.items():
        if graded.due is None or name in moved:
            replace(graded, due=due.get(name, "")).keep(records, name, assignment.name)
    return remarks


def _outdated(found: Survey, versions: Versions | None) -> list[str]:
    """One sentence where unchanged submissions were graded by other checks or another seed."""
    if versions is None:
        return []
    old = [g.versions for g in found.graded.values() if g.versions != versions]
    if not old:
        return []
    seed = any(each.seed not in ("", versions.seed) for each in old)
    checks = any(each.checks != versions.checks for each in old)
    what = " and ".join(["the checks"] * checks + ["the seed"] * seed)
    name = found.assignment.name
    of_it = "" if found.assignment is HOMEWORK else f" --assignment {name}"
    count = f"{len(old)} submission{'s' if len(old) > 1 else ''}"
    was = "were" if len(old) > 1 else "was"
    return [
        f"{what[0].upper()}{what[1:]} changed since {count} {was} graded; "
        f"`vitcourse grade --regrade{of_it}` shows what that changes."
    ]


def _open_marks(found: Survey) -> list[Remark]:
    """What the gradebook still lacks; whoever is not in it is added."""
    remarks = []
    assignment = found.assignment
    with found.settings.gradebook() as gradebook:
        for name, finding in found.findings.items():
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_submission(assignment.name, name)
            if finding.problem is not None and finding.problem.forbids_grading:
                forget(gradebook, assignment.name, assignment.name, name)
                continue
            if not found.copy(name).exists():
                forget(gradebook, assignment.name, assignment.name, name)
                remarks.append(Remark(name, "not graded: nbgrader failed, as its messages say"))
                continue
            notebook = gradebook.find_submission_notebook(assignment.name, assignment.name, name)
            lacking = {
                g.name for g in notebook.grades if g.auto_score is None and g.manual_score is None
            }
            stages = [key for key in assignment.machine_stages if key in lacking]
            if stages:
                newer = too_new(found.files_of(name), assignment)
                words = f"the grader gave no verdict on {', '.join(stages)}"
                remarks.append(Remark(name, "; ".join([words, *newer])))
    return remarks
