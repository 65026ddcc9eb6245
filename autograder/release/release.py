"""A whole release: nbgrader's own command with its gate, the student's zip, the marking guide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.bridge.config import SOURCE_DIRECTORY
from autograder.bridge.run import nbgrader
from autograder.checking.stages import HOMEWORK, Assignment
from autograder.release.gate import refuse_leaks
from autograder.release.leaks import LeakScan
from autograder.release.marking import marking_guide, model_answers
from autograder.release.package import student_zip
from autograder.release.stubs import SOLUTIONS


class ReleaseError(Exception):
    """nbgrader did not make the release; its own messages were shown."""


@dataclass(frozen=True)
class Released:
    """What a release left.

    Attributes:
        folder: nbgrader's release folder, for JupyterHub's exchange.
        archive: the zip for students.
        guide: the marking guide, for staff alone.
    """

    folder: Path
    archive: Path
    guide: Path


def release(root: Path, assignment: Assignment = HOMEWORK) -> Released:
    """Make the release folder, the student's zip and the marking guide.

    The zip is scanned again as it is, since it is what goes out.

    Args:
        root: the course's root.
        assignment: what to release.

    Raises:
        ReleaseError: nbgrader or the gate refused.
        GateError: the zip holds what must not go out; it was removed.
        MarkingError: a question has no model answer or rubric.
    """
    notebook = source_notebook(root, assignment)
    guide = root / "build" / f"{assignment.name}-marking-guide.md"
    guide.parent.mkdir(exist_ok=True)
    guide.write_text(marking_guide(notebook), encoding="utf-8")
    if status := nbgrader(root, "generate_assignment", assignment.name, "--force"):
        raise ReleaseError(f"nbgrader generate_assignment ended with status {status}")
    folder = root / "release" / assignment.name
    archive = folder.with_name(f"{assignment.name}.zip")
    student_zip(folder, archive)
    scan = LeakScan(sorted(SOLUTIONS.glob("*.py")), [notebook])
    try:
        refuse_leaks(scan.data(archive.name, archive.read_bytes()))
    except Exception:
        archive.unlink()
        raise
    return Released(folder, archive, guide)


def write_model_answers(root: Path, target: Path, assignment: Assignment = HOMEWORK) -> None:
    """Write the model answers to the written questions, for students, after the deadline.

    Args:
        root: the course's root.
        target: the Markdown file to write.
        assignment: whose questions.

    Raises:
        MarkingError: a question has no model answer or rubric.
    """
    text = model_answers(source_notebook(root, assignment))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def source_notebook(root: Path, assignment: Assignment) -> Path:
    """An assignment's notebook with its model answers."""
    return root / SOURCE_DIRECTORY / assignment.name / assignment.notebook
