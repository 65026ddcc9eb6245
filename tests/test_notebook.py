"""The homework's notebook and the marking guide read from it."""

from __future__ import annotations

import ast
import copy
import os
import re
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells, SaveCells
from traitlets.config import Config

from autograder.checking.stages import HOMEWORK, STAGES
from autograder.release import marking, package, stubs

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / HOMEWORK.name / HOMEWORK.notebook

(QUESTIONS,) = (stage for stage in HOMEWORK.stages if stage.key == "questions")


@pytest.fixture
def notebook() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Cells with nbgrader's metadata, by grade_id."""
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def test_file_is_a_valid_notebook_without_outputs(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert [cell.id for cell in notebook.cells if cell.get("attachments")] == []
    assert NOTEBOOK.read_text(encoding="utf-8").endswith("}\n")


def test_headings_name_the_stages_in_order(notebook: NotebookNode) -> None:
    headings = [cell.source.splitlines()[0] for cell in notebook.cells if "`stage: " in cell.source]
    assert headings == [
        f"## {number} · {stage.title} `stage: {stage.key}`"
        for number, stage in enumerate(HOMEWORK.stages, start=1)
    ]


def test_each_stage_has_one_locked_cell_with_a_bare_check(notebook: NotebookNode) -> None:
    checks = {
        key: (cell.source, cell.metadata.nbgrader.points, cell.metadata.nbgrader.locked)
        for key, cell in graded(notebook).items()
        if cell.cell_type == "code"
    }
    calls = {key: f'check("{key}")' for key in HOMEWORK.code_stages}
    calls["training"] = 'check("training", data=data)'
    assert checks == {key: (call, STAGES[key].points, True) for key, call in calls.items()}


def test_points_are_those_of_the_stages(notebook: NotebookNode) -> None:
    metadata = [cell.metadata.nbgrader for cell in graded(notebook).values()]
    assert {entry.schema_version for entry in metadata} == {3}
    manual = [entry for entry in metadata if entry.grade and entry.solution]
    assert {entry.grade_id.split("-")[0] for entry in manual} == {"questions"}
    assert sum(entry.points for entry in manual) == QUESTIONS.points
    assert sum(entry.points for entry in metadata if entry.grade) == 100


def test_every_code_cell_compiles(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(TransformerManager().transform_cell(cell.source), cell.id)


def test_names_of_edited_files_are_used_through_their_modules(notebook: NotebookNode) -> None:
    """A name bound by `from utils import f` is stale after the second edit."""
    edited = {"utils", "ViT", "transformer-attention", "transformer-student"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse(TransformerManager().transform_cell(cell.source))
            imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            assert not imported & edited


@pytest.mark.slow
def test_it_runs_on_the_sample_in_a_students_folder(
    notebook: NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITCOURSE_DATA", "sample")
    monkeypatch.setenv("VITCOURSE_BUDGET", "quick")
    folder = package.assemble(tmp_path / HOMEWORK.name, HOMEWORK, stubs.SOLUTIONS, NOTEBOOK)
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": str(folder)}}).execute()
    for key in HOMEWORK.machine_stages:
        report = graded(notebook)[key].outputs[0].data["text/plain"]
        points = re.search(r"(\d+) of (\d+) points", report)
        assert points, report
        assert points[1] == points[2], report
    with zipfile.ZipFile(folder / "submission.zip") as submission:
        assert set(submission.namelist()) == {NOTEBOOK.name, *HOMEWORK.files, *HOMEWORK.weights}


def test_neither_release_nor_gradebook_holds_a_model_answer(
    notebook: NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nbgrader makes its database with the command `alembic`, which lies beside this Python.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    config = Config()
    config.ClearSolutions.text_stub = "*Your answer.*"
    database = f"sqlite:///{tmp_path / 'gradebook.db'}"
    resources = {
        "nbgrader": {"notebook": HOMEWORK.name, "assignment": HOMEWORK.name, "db_url": database}
    }
    with Gradebook(database) as gradebook:
        gradebook.add_assignment(HOMEWORK.name)
    for preprocessor in (LockCells, ClearSolutions, ComputeChecksums, SaveCells):
        notebook, resources = preprocessor(config=config).preprocess(notebook, resources)
    with Gradebook(database) as gradebook:
        stored = gradebook.find_notebook(HOMEWORK.name, HOMEWORK.name).source_cells
        texts = [cell.source for cell in stored] + [cell.source for cell in notebook.cells]

    secret = [
        line
        for question in marking.questions(NOTEBOOK)
        for line in (question.model_answer + "\n" + question.rubric).splitlines()
        if len(line) >= 12
    ]
    assert len(secret) > 40
    assert [line for line in secret if any(line in text for text in texts)] == []
    answers = [cell for key, cell in graded(notebook).items() if key.startswith("questions-")]
    assert {cell.source for cell in answers} == {"*Your answer.*"}


def test_marking_guide_has_all_and_model_answers_no_rubric() -> None:
    guide, answers = marking.marking_guide(NOTEBOOK), marking.model_answers(NOTEBOOK)
    found = marking.questions(NOTEBOOK)
    assert len(found) >= 7
    for question in found:
        for part in (question.text, question.model_answer, question.rubric, question.grade_id):
            assert part in guide
        assert question.text in answers
        assert question.model_answer in answers
        assert question.rubric not in answers
        assert f"({question.points} points)" in question.text.splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("**Rubric**", "**Marks**", 'cell "questions-cnn-bias" needs'),
        ("### BEGIN SOLUTION", "", 'cell "questions-cnn-bias" has no marks'),
        ("- 1 point: locality", "- 2 points: locality", "adds up to 4 points .* is worth 3"),
        ("- 1 point: ", "- a point: ", "adds up to 0 points"),
    ],
)
def test_what_cannot_be_marked_is_named(
    notebook: NotebookNode, tmp_path: Path, old: str, new: str, words: str
) -> None:
    answer = graded(notebook)["questions-cnn-bias"]
    assert old in answer.source
    answer.source = answer.source.replace(old, new)
    nbformat.write(notebook, tmp_path / "broken.ipynb")
    with pytest.raises(marking.MarkingError, match=words):
        marking.marking_guide(tmp_path / "broken.ipynb")


def test_an_answer_without_its_question_is_named(notebook: NotebookNode, tmp_path: Path) -> None:
    answer = copy.deepcopy(graded(notebook)["questions-cnn-bias"])
    nbformat.write(nbformat.v4.new_notebook(cells=[answer]), tmp_path / "broken.ipynb")
    with pytest.raises(marking.MarkingError, match="no question stands before"):
        marking.questions(tmp_path / "broken.ipynb")
