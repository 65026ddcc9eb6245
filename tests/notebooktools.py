"""What the tests of the notebooks share: cells by name, nbgrader's release, a run in a kernel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from demo_course import environment
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells, SaveCells
from traitlets.config import Config

from autograder.checking.assignments import ASSIGNMENTS, Assignment
from autograder.places import ROOT
from autograder.release.release import source_notebook

SOURCES = {name: source_notebook(ROOT, assignment) for name, assignment in ASSIGNMENTS.items()}
SAMPLE = {"VITCOURSE_DATA": "sample", "VITCOURSE_BUDGET": "quick", "MPLBACKEND": "agg"}
ALONE = (
    "import sys; sys.path.insert(0, ''); sys.modules['autograder'] = None; "
    "from checking import check; [check(stage) for stage in sys.argv[1:]]"
)
PLACEHOLDER = "*Your answer.*"


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Cells with nbgrader's metadata, by grade_id."""
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def released(assignment: Assignment, place: Path) -> tuple[NotebookNode, list[str]]:
    """A notebook as nbgrader releases it, and the texts of the cells that its gradebook keeps.

    Args:
        assignment: whose notebook.
        place: a folder for the gradebook.
    """
    config = Config()
    config.ClearSolutions.text_stub = PLACEHOLDER
    name, database = assignment.name, f"sqlite:///{place / 'gradebook.db'}"
    notebook = nbformat.read(SOURCES[name], as_version=4)
    resources = {"nbgrader": {"notebook": name, "assignment": name, "db_url": database}}
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader makes its database with the command `alembic`, which lies beside this Python.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        with Gradebook(database) as gradebook:
            gradebook.add_assignment(name)
        for preprocessor in (LockCells, ClearSolutions, ComputeChecksums, SaveCells):
            notebook, resources = preprocessor(config=config).preprocess(notebook, resources)
    with Gradebook(database) as gradebook:
        kept = [cell.source for cell in gradebook.find_notebook(name, name).source_cells]
    return notebook, kept


def run(folder: Path, *command: str) -> str:
    """What a Python command says in a student's folder, away from the repository."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(**SAMPLE),
        capture_output=True,
        text=True,
        timeout=900,
    )
    return done.stdout + done.stderr


def check_alone(folder: Path, *stages: str) -> str:
    """What `check` says of stages in a student's folder, where no staff's package is."""
    return run(folder, "-c", ALONE, *stages)


def execute(folder: Path, name: str) -> NotebookNode:
    """Run a folder's notebook top to bottom, saved in place."""
    words = run(
        folder, "-m", "jupyter", "nbconvert", "--to", "notebook", "--inplace", "--execute", name
    )
    notebook = nbformat.read(folder / name, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code), words[-3000:]
    return notebook


def report(notebook: NotebookNode, stage: str) -> str:
    """What a check cell shows as text."""
    outputs = graded(notebook)[stage].outputs
    return "".join(o.get("data", {}).get("text/plain", o.get("text", "")) for o in outputs)


def assert_all_points(notebook: NotebookNode, stage: str) -> None:
    """A stage's check cell shows that every check passed."""
    shown = report(notebook, stage)
    points = re.search(r"(\d+) of (\d+) points", shown)
    assert points, shown
    assert points[1] == points[2], shown
    assert "✗" not in shown, shown
