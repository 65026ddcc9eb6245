"""What was handed in: finding the notebook, and standing in for one that cannot be read."""

import json
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.utils import is_solution, parse_utc

from autograder.bridge.reading import COURSE_METADATA, UnreadableNotebookError, read_notebook


class Problem(StrEnum):
    """What can be wrong with the notebook of a submission; the value is its key."""

    RENAMED = "renamed"
    UNDATED = "undated"
    MISSING = "missing"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    REFUSED = "refused"

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to act before the mark is right."""
        return self is not Problem.RENAMED

    @property
    def spares_notebook(self) -> bool:
        """Whether the notebook handed in can be graded all the same."""
        return self in (Problem.RENAMED, Problem.UNDATED)

    def summary(self, notebook: str) -> str:
        """For the person who grades, in the run's last lines, given the notebook's right name."""
        return {
            Problem.RENAMED: f"the notebook had another name than {notebook}; it is graded",
            Problem.UNDATED: "timestamp.txt holds no time; it may be late and is graded as in time",
            Problem.MISSING: "no notebook in the submission; the code files are graded",
            Problem.SEVERAL: f"several notebooks, none is {notebook}; the code files are graded",
            Problem.UNREADABLE: "the notebook cannot be read; the code files are graded",
            Problem.REFUSED: "nbgrader could not process the notebook; the code files are graded",
        }[self]

    def explanation(self, notebook: str) -> str:
        """For the student, on top of the feedback, given the notebook's right name."""
        if self is Problem.RENAMED:
            return f"Your notebook had another name than `{notebook}`. It was graded all the same."
        if self is Problem.UNDATED:
            return "The time of your handing in could not be read. Your work was graded."
        what = {
            Problem.MISSING: f"Your submission had no notebook `{notebook}` in it.",
            Problem.SEVERAL: (
                f"Your submission had several notebooks, and none is called `{notebook}`."
            ),
            Problem.UNREADABLE: (
                f"Your notebook `{notebook}` cannot be read: the file is cut off, damaged or too "
                "large."
            ),
            Problem.REFUSED: f"Your notebook `{notebook}` could not be processed.",
        }[self]
        return (
            f"{what} This page is made from an untouched notebook instead. Your Python files and "
            "weights were graded as they are. Your written answers were not seen: they are not "
            "marked, and your instructor has been told. Please ask whether you may hand the "
            "notebook in again."
        )


@dataclass(frozen=True)
class Finding:
    """The notebook of a submission.

    Attributes:
        notebook: the file, or None where there is none to take.
        problem: what is wrong with it, if anything.
        why: what makes it unreadable, in words.
    """

    notebook: Path | None
    problem: Problem | None = None
    why: str = ""

    def summary(self, notebook: str) -> str:
        """The problem for the person who grades, given the notebook's right name."""
        words = self.problem.summary(notebook) if self.problem else ""
        return f"{words} ({self.why})" if self.why else words


def inspect(folder: Path, notebook: str) -> Finding:
    """Find the notebook in one student's submission.

    Where no file has the right name, the only notebook is taken, or the only one whose name
    begins as it should (`vit-cifar10 (1).ipynb`, as a browser saves a second download).

    Args:
        folder: the submission.
        notebook: the file name that was asked for.
    """
    found = _find(folder, notebook)
    timestamp = folder / "timestamp.txt"
    dated = not timestamp.exists() or _is_time(timestamp)
    if dated or (found.problem and not found.problem.spares_notebook):
        return found
    return Finding(found.notebook, Problem.UNDATED)


def _find(folder: Path, notebook: str) -> Finding:
    exact = folder / notebook
    if exact.is_file():
        try:
            read_notebook(exact)
        except UnreadableNotebookError as error:
            return Finding(exact, Problem.UNREADABLE, str(error))
        return Finding(exact)
    notebooks = sorted(path for path in folder.glob("*.[iI][pP][yY][nN][bB]") if path.is_file())
    alike = [path for path in notebooks if path.name.lower().startswith(exact.stem)]
    if len(notebooks) == 1 or len(alike) == 1:
        return Finding((alike or notebooks)[0], Problem.RENAMED)
    return Finding(None, Problem.SEVERAL if notebooks else Problem.MISSING)


def problem_of(notebook: NotebookNode) -> Problem | None:
    """What was wrong with the notebook handed in, as a copy made by the grading says."""
    noted = notebook.metadata.get(COURSE_METADATA)
    key = noted.get("problem") if isinstance(noted, dict) else None
    return Problem(key) if key in list(Problem) else None


def stand_in(released: Path, problem: Problem) -> NotebookNode:
    """A notebook in place of one that cannot be read: the released one without its answer cells.

    Restoring the gradebook's cells puts the answer cells back as missing ones, which leaves
    them for a person: an unread answer is not an empty one.

    Args:
        released: the released notebook; where it is not there either, the stand-in is empty.
        problem: what is wrong with the notebook handed in.
    """
    try:
        notebook = read_notebook(released)
    except (OSError, UnreadableNotebookError):
        notebook = new_notebook()
    notebook.cells = [cell for cell in notebook.cells if not is_solution(cell)]
    notebook.metadata[COURSE_METADATA] = {"problem": problem.value}
    return notebook


def mend(folder: Path, target: Path, released: Path, finding: Finding) -> None:
    """Copy a submission, with a readable notebook of the right name in it, for nbgrader to grade.

    Args:
        folder: the submission, which stays as it is.
        target: the folder to make.
        released: the released notebook, whose name the copy's gets.
        finding: what `inspect` found, with the problem to note in the copy.
    """
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.ipynb", "*.IPYNB"))
    timestamp = target / "timestamp.txt"
    if timestamp.exists() and not _is_time(timestamp):
        timestamp.unlink()
    problem = finding.problem or Problem.REFUSED
    if problem.spares_notebook and finding.notebook is not None:
        try:
            notebook = read_notebook(finding.notebook)
        except UnreadableNotebookError:
            notebook = stand_in(released, Problem.UNREADABLE)
        else:
            notebook.metadata[COURSE_METADATA] = {"problem": problem.value}
    else:
        notebook = stand_in(released, problem)
    (target / released.name).write_text(json.dumps(notebook), encoding="utf-8")


def _is_time(path: Path) -> bool:
    """Whether nbgrader can read the time of handing in."""
    try:
        return parse_utc(path.read_text(encoding="utf-8").strip()) is not None
    except (ValueError, OverflowError, OSError):
        return False
