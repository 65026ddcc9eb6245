"""What was handed in: finding the notebook, and standing in for one that cannot be read."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.utils import is_solution, parse_utc

from autograder.bridge.reading import COURSE_METADATA, UnreadableNotebookError, read_notebook
from autograder.checking.assignments import Assignment

TIMESTAMP = "timestamp.txt"
UNREADABLE_TIMESTAMP = f"{TIMESTAMP}.unreadable"
LONGEST_TIMESTAMP = 1000  # bytes
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
DEEPEST = 8  # folders in folders that are looked into


class Problem(StrEnum):
    """What can be wrong with a submission or its notebook; the value is its key."""

    NESTED = "nested"
    SCATTERED = "scattered"
    PACKED = "packed"
    RENAMED = "renamed"
    UNDATED = "undated"
    MISSING = "missing"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    REFUSED = "refused"

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to act before the mark is right."""
        return self not in (Problem.RENAMED, Problem.NESTED)

    @property
    def spares_notebook(self) -> bool:
        """Whether the notebook handed in can be graded all the same."""
        return self in (Problem.RENAMED, Problem.UNDATED, Problem.NESTED)

    @property
    def forbids_grading(self) -> bool:
        """Whether nobody can say which files are the submission's."""
        return self in (Problem.SCATTERED, Problem.PACKED)

    def summary(self, notebook: str) -> str:
        """For the person who grades, in the run's last lines, given the notebook's right name."""
        return {
            Problem.NESTED: "the files lie in a folder inside the submission; they are graded",
            Problem.SCATTERED: (
                "not graded: files of the assignment lie in several folders inside the "
                "submission; put those that count into one folder"
            ),
            Problem.PACKED: "not graded: the submission is still packed; unpack it in its folder",
            Problem.RENAMED: f"the notebook had another name than {notebook}; it is graded",
            Problem.UNDATED: (
                f"timestamp.txt holds no time; it may be late and is graded as in time. Its text "
                f"is kept in {UNREADABLE_TIMESTAMP}: write a timestamp.txt, or delete that file"
            ),
            Problem.MISSING: "no notebook in the submission; the code files are graded",
            Problem.SEVERAL: f"several notebooks, none is {notebook}; the code files are graded",
            Problem.UNREADABLE: "the notebook cannot be read; the code files are graded",
            Problem.REFUSED: "nbgrader could not process the notebook; the code files are graded",
        }[self]

    def explanation(self, notebook: str) -> str:
        """For the student, on top of the feedback, given the notebook's right name."""
        if self is Problem.RENAMED:
            return f"Your notebook had another name than `{notebook}`. It was graded all the same."
        if self is Problem.NESTED:
            return "Your files lay in a folder inside your submission. They were graded."
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
    """What was found of a submission.

    Attributes:
        notebook: the file, or None where there is none to take.
        problem: what is wrong with it, if anything.
        why: what makes it unreadable, in words.
        folder: where the files lie; None for the submission's own folder.
    """

    notebook: Path | None
    problem: Problem | None = None
    why: str = ""
    folder: Path | None = None

    def summary(self, notebook: str) -> str:
        """The problem for the person who grades, given the notebook's right name."""
        words = self.problem.summary(notebook) if self.problem else ""
        return f"{words} ({self.why})" if self.why else words


def inspect(folder: Path, assignment: Assignment) -> Finding:
    """Find the notebook in one student's submission.

    Where no file has the right name, the only notebook is taken, or the only one whose name
    begins as it should (`vit-cifar10 (1).ipynb`, as a browser saves a second download). Where
    the folder itself holds nothing of the assignment, the one folder below that does is taken.
    Where it holds a part and a folder below the rest, a person has to say what counts.

    Args:
        folder: the submission.
        assignment: whose files were asked for.
    """
    inner = _folders_with_files(folder, assignment)
    if len(inner) > 1 or any(_rest_is_below(place, assignment) for place in inner):
        return Finding(None, Problem.SCATTERED)
    if not inner:
        packed = any(path.suffix.lower() in ARCHIVES for path in folder.rglob("*"))
        return Finding(None, Problem.PACKED if packed else Problem.MISSING)
    found = _find(inner[0], assignment.notebook)
    if found.problem and not found.problem.spares_notebook:
        nested = None if inner[0] == folder else inner[0]
        return replace(found, folder=nested)
    if inner[0] != folder:
        return replace(found, problem=Problem.NESTED, folder=inner[0])
    if (folder / UNREADABLE_TIMESTAMP).exists() and not (folder / TIMESTAMP).exists():
        return replace(found, problem=Problem.UNDATED)
    return found


def put_unreadable_times_aside(submitted: Path) -> None:
    """Rename every `timestamp.txt` that holds no time, over which nbgrader's lists stop.

    Args:
        submitted: the folder with all submissions.
    """
    for path in unreadable_times(submitted):
        target, number = path.with_name(UNREADABLE_TIMESTAMP), 1
        while target.exists():
            number += 1
            target = path.with_name(f"{UNREADABLE_TIMESTAMP}-{number}")
        path.rename(target)


def unreadable_times(submitted: Path) -> list[Path]:
    """Every submission's `timestamp.txt` that holds no time."""
    return [path for path in sorted(submitted.glob(f"*/*/{TIMESTAMP}")) if not _is_time(path)]


def _folders_with_files(folder: Path, assignment: Assignment) -> list[Path]:
    """The submission's own folder where it holds a file of the assignment; else those below."""
    found = []
    for place, below, names in _walk(folder):
        if any(_belongs(name, assignment) for name in names):
            found.append(place)
            below.clear()
    return found


def _rest_is_below(folder: Path, assignment: Assignment) -> bool:
    """Whether a file of the assignment is not in the folder, but in one below it."""
    lacking = {name for name in assignment.handed_in if not (folder / name).is_file()}
    if any(folder.glob("*.[iI][pP][yY][nN][bB]")):
        lacking.discard(assignment.notebook)
    return any(lacking.intersection(names) for place, _, names in _walk(folder) if place != folder)


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """The folders that are looked into, as `os.walk` gives them: not the hidden ones."""
    for place, below, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        below[:] = [name for name in below if name[0] not in "._"] if depth < DEEPEST else []
        yield Path(place), below, names


def _belongs(name: str, assignment: Assignment) -> bool:
    return name in assignment.handed_in or name.lower().endswith(".ipynb")


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

    The time of handing in is what stands beside the submission, never what a folder in it says.

    Args:
        folder: the submission, which stays as it is.
        target: the folder to make.
        released: the released notebook, whose name the copy's gets.
        finding: what `inspect` found, with the problem to note in the copy.
    """
    left_out = shutil.ignore_patterns("*.ipynb", "*.IPYNB", TIMESTAMP)
    shutil.copytree(finding.folder or folder, target, ignore=left_out)
    if (folder / TIMESTAMP).is_file() and _is_time(folder / TIMESTAMP):
        shutil.copy(folder / TIMESTAMP, target / TIMESTAMP)
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
        if path.stat().st_size > LONGEST_TIMESTAMP:
            return False
        return parse_utc(path.read_text(encoding="utf-8").strip()) is not None
    except Exception:  # Any text can come, and each way of failing stops nbgrader's lists.
        return False
