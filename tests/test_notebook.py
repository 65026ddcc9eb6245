"""The notebooks of all assignments, and the marking guides read from them."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from notebooktools import PLACEHOLDER, SOURCES, graded, released

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, STAGES, STUDENT_FILES, Assignment
from autograder.release import marking


@pytest.fixture(params=ASSIGNMENTS)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return ASSIGNMENTS[request.param]


@pytest.fixture
def notebook(assignment: Assignment) -> NotebookNode:
    return nbformat.read(SOURCES[assignment.name], as_version=4)


@pytest.fixture
def homework() -> NotebookNode:
    return nbformat.read(SOURCES[HOMEWORK.name], as_version=4)


def test_file_is_a_valid_notebook_without_outputs(
    assignment: Assignment, notebook: NotebookNode
) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert [cell.id for cell in notebook.cells if cell.get("attachments")] == []
    assert SOURCES[assignment.name].read_text(encoding="utf-8").endswith("}\n")


def test_headings_are_numbered_and_name_the_stages_in_order(
    assignment: Assignment, notebook: NotebookNode
) -> None:
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## (\d+) · (.*)$", text, re.MULTILINE)
    assert [int(number) for number, _ in headings] == list(range(1, len(headings) + 1))
    assert [words for _, words in headings if "`stage: " in words] == [
        f"{stage.title} `stage: {stage.key}`" for stage in assignment.stages
    ]


def test_each_stage_has_one_locked_cell_with_a_bare_check(
    assignment: Assignment, notebook: NotebookNode
) -> None:
    checks = {
        key: (cell.source, cell.metadata.nbgrader.points, cell.metadata.nbgrader.locked)
        for key, cell in graded(notebook).items()
        if cell.cell_type == "code"
    }
    calls = {key: f'check("{key}")' for key in assignment.code_stages}
    if assignment.weights:
        calls["training"] = 'check("training", data=data)'
    assert checks == {key: (call, STAGES[key].points, True) for key, call in calls.items()}


def test_points_are_those_of_the_stages(assignment: Assignment, notebook: NotebookNode) -> None:
    metadata = [cell.metadata.nbgrader for cell in graded(notebook).values()]
    assert {entry.schema_version for entry in metadata} == {3}
    manual = [entry for entry in metadata if entry.grade and entry.solution]
    by_stage = {stage.key: stage.points for stage in assignment.stages}
    assert {entry.grade_id.split("-")[0] for entry in manual} == {"questions"}
    assert sum(entry.points for entry in manual) == by_stage["questions"]
    assert sum(entry.points for entry in metadata if entry.grade) == sum(by_stage.values())


def test_every_code_cell_compiles(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(TransformerManager().transform_cell(cell.source), cell.id)


def test_names_of_edited_files_are_used_through_their_modules(notebook: NotebookNode) -> None:
    """A name bound by `from utils import f` is stale after the second edit."""
    edited = {Path(name).stem for name in STUDENT_FILES}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse(TransformerManager().transform_cell(cell.source))
            imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            assert not imported & edited


def test_neither_release_nor_gradebook_holds_a_model_answer(
    assignment: Assignment, tmp_path: Path
) -> None:
    notebook, kept = released(assignment, tmp_path)
    texts = [*kept, *(cell.source for cell in notebook.cells)]
    secret = [
        line
        for question in marking.questions(SOURCES[assignment.name])
        for line in (question.model_answer + "\n" + question.rubric).splitlines()
        if len(line) >= 12
    ]
    assert len(secret) > 40
    assert [line for line in secret if any(line in text for text in texts)] == []
    answers = [cell for key, cell in graded(notebook).items() if key.startswith("questions-")]
    assert {cell.source for cell in answers} == {PLACEHOLDER}


def test_marking_guide_has_all_and_model_answers_no_rubric(assignment: Assignment) -> None:
    source = SOURCES[assignment.name]
    guide, answers = marking.marking_guide(source), marking.model_answers(source)
    found = marking.questions(source)
    assert len(found) >= 5
    for question in found:
        for part in (question.text, question.model_answer, question.rubric, question.grade_id):
            assert part in guide
        assert question.text in answers
        assert question.model_answer in answers
        assert question.rubric not in answers
        assert re.search(rf"\({question.points} points?\)", question.text.splitlines()[0])


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
    homework: NotebookNode, tmp_path: Path, old: str, new: str, words: str
) -> None:
    answer = graded(homework)["questions-cnn-bias"]
    assert old in answer.source
    answer.source = answer.source.replace(old, new)
    nbformat.write(homework, tmp_path / "broken.ipynb")
    with pytest.raises(marking.MarkingError, match=words):
        marking.marking_guide(tmp_path / "broken.ipynb")


def test_an_answer_without_its_question_is_named(homework: NotebookNode, tmp_path: Path) -> None:
    answer = copy.deepcopy(graded(homework)["questions-cnn-bias"])
    nbformat.write(nbformat.v4.new_notebook(cells=[answer]), tmp_path / "broken.ipynb")
    with pytest.raises(marking.MarkingError, match="no question stands before"):
        marking.questions(tmp_path / "broken.ipynb")


@pytest.mark.parametrize("content", [b"", b'{"cells": [', b"[]", b"7", b"{}", b"\xff\xfe\x00"])
def test_a_file_that_holds_no_notebook_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vit-cifar10.ipynb"
    path.write_bytes(content)
    with pytest.raises(marking.MarkingError, match=r"vit-cifar10.ipynb holds no notebook"):
        marking.questions(path)
