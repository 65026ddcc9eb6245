"""The demo from release to marks, in a course of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from autograder.bridge.ahead import grade
from autograder.bridge.config import SOURCE_DIRECTORY
from autograder.bridge.feedback import write_feedback
from autograder.bridge.run import RunResult, nbgrader
from autograder.bridge.table import marks_table
from autograder.checking.assignments import HOMEWORK
from autograder.collect.collecting import collect
from autograder.places import NOTEBOOKS, PYTHONPATH, SETTINGS
from autograder.records.settings import course_settings
from autograder.release.release import release
from autograder.release.weights import PRESETS, sample_weights
from autograder.roster.naming import student_id

from .handing_in import FIRST_NUMBER, make_download
from .roster import CLASS

SAMPLE_SETTINGS = '[grading]\ndata = "sample"\n'


def prepare(root: Path) -> None:
    """Make a fresh course in `root`; trained weights of an earlier demo stay for reuse.

    Raises:
        FileExistsError: where the folder holds something that is no demo.
    """
    if root.exists() and any(root.iterdir()) and not (root / ".vitcourse").is_dir():
        raise FileExistsError(f"{root} is not empty and no demo; give another folder")
    for name in (
        SOURCE_DIRECTORY, "release", "downloads", "submitted", "autograded", "feedback",
    ):  # fmt: skip
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "gradebook.db").unlink(missing_ok=True)
    shutil.rmtree(root / ".vitcourse" / "records", ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    shutil.copytree(NOTEBOOKS, root / SOURCE_DIRECTORY)
    shutil.copyfile(SETTINGS, root / SETTINGS.name)
    (root / "vitcourse.toml").write_text(SAMPLE_SETTINGS)


def save_curves(weights: Path) -> Path:
    """Draw the two training histories side by side; the picture's path."""
    picture = weights / "curves.png"
    histories = [str(weights / f"{name}.json") for name in PRESETS]
    subprocess.run(
        [sys.executable, "-P", "-m", "course.plots", *histories, "--output", str(picture)],
        env=os.environ | {"PYTHONPATH": PYTHONPATH},
        check=True,
    )
    return picture


def hand_in(root: Path, weights: Path) -> None:
    """Let the class hand in, and collect the download into `submitted/`."""
    due = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    with course_settings(root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(HOMEWORK.name, duedate=due.replace(tzinfo=None))
    released = root / "release" / HOMEWORK.name / HOMEWORK.notebook
    collect(make_download(root / "downloads", released, weights, due), root)


def remarks() -> dict[str, str]:
    """What is special about each submission, by nbgrader's id."""
    return {
        student_id(student.name, str(number)): student.story
        for number, student in enumerate(CLASS, start=FIRST_NUMBER)
    }


def run(root: Path) -> RunResult:
    """The whole line, with a heading for each step; the marks and where to look at the end.

    Raises:
        ReleaseError, GateError: the release is refused.
        RuntimeError: where the feedback fails; nbgrader's words stand above.
    """
    console = Console()
    console.rule("1. Train a small ViT and a ResNet on the embedded sample")
    prepare(root)
    weights = sample_weights(root)
    curves = save_curves(weights)
    console.rule("2. Release: stubs earn nothing, solutions everything, nothing leaks")
    released = release(root)
    console.rule(f"3. A class of {len(CLASS)} hands in, and the download is collected")
    hand_in(root, weights)
    console.rule("4. Grade with nbgrader, each submission in a sandbox")
    result = grade(root)
    console.rule("5. Feedback and marks")
    feedback = write_feedback(root)
    require(len(feedback.failed), "the feedback")
    require(nbgrader(root, "export", "--log-level=WARN"), "the export of marks")
    console.print(marks_table(root))
    console.print("\nWhat is special about whom:")
    for name, story in remarks().items():
        console.print(f"  {name}: {story}", markup=False, soft_wrap=True)
    console.print("\n" + "\n".join(result.last_lines()), markup=False, soft_wrap=True)
    first = next(iter(remarks()))
    for what, path in (
        ("curves", curves),
        ("a feedback page", root / "feedback" / first / HOMEWORK.name / f"{HOMEWORK.name}.html"),
        ("what a student gets", released.archive),
        ("for the markers", released.guide),
        ("marks", root / "grades.csv"),
    ):
        console.print(f"  {what}: {path}", markup=False, soft_wrap=True)
    by_hand = f"cd {root} && jupyter lab, then Nbgrader, Formgrader"
    console.print(f"  by hand: {by_hand}", markup=False, soft_wrap=True)
    return result


def require(status: int, what: str) -> None:
    """Stop where a step failed.

    Raises:
        RuntimeError: names the step.
    """
    if status:
        raise RuntimeError(f"{what} failed; its words stand above")
