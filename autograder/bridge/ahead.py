"""Grading a class many at once: the store of verdicts is filled, then nbgrader's command run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from autograder.bridge.run import RunResult, autograde
from autograder.checking.stages import HOMEWORK, Assignment
from autograder.grading.grader import Grader


def grade(
    root: Path,
    students: Iterable[str] | None = None,
    assignment: Assignment = HOMEWORK,
    *,
    force: bool = False,
) -> RunResult:
    """Grade a class's submissions.

    Args:
        root: the course's root.
        students: whose to grade; all where None.
        assignment: which of their submissions.
        force: let nbgrader grade again what it has graded; verdicts on unchanged files stay.

    Raises:
        SandboxUnavailable: where submissions would run unguarded without that being meant.
        NotReleasedError: the assignment has not been generated yet.
    """
    wanted = None if students is None else set(students)
    folders = [
        folder
        for folder in sorted(root.glob(f"submitted/*/{assignment.name}"))
        if wanted is None or folder.parent.name in wanted
    ]
    with (
        Grader.for_course(root) as grader,
        tqdm(total=len(folders), desc="checking", unit=" submissions") as bar,
    ):
        for _ in grader.fill(folders, assignment):
            bar.update()
    return autograde(root, wanted, assignment, force=force)
