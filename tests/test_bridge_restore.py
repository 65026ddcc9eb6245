"""The gradebook's cells in a notebook that a student changed: as released, and nothing lost."""

from __future__ import annotations

import copy

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from autograder.bridge.restore import Released, Restoration


def released(name: str, kind: str, source: str, *, grade: bool, solution: bool) -> Released:
    flags = {"grade_id": name, "grade": grade, "solution": solution, "locked": not solution}
    return Released(name, kind, source, flags)


CHECK = released("attention", "code", 'check("attention")', grade=True, solution=False)
ASKS = [
    released(f"ask-{n}", "markdown", f"Question {n}?", grade=False, solution=False) for n in (1, 2)
]
ANSWERS = [
    released(f"answer-{n}", "markdown", "YOUR ANSWER HERE", grade=True, solution=True)
    for n in (1, 2)
]
RELEASED = [CHECK, ASKS[0], ANSWERS[0], ASKS[1], ANSWERS[1]]
TITLE, END = "# Homework", "## Handing in"
TEXTS = {TITLE, END, *(cell.source for cell in RELEASED)}


@pytest.fixture
def cells() -> list[NotebookNode]:
    """A student's notebook, both questions answered."""
    own = [new_markdown_cell(TITLE), *(cell.build(cell.source) for cell in RELEASED)]
    own[3].source, own[5].source = "first answer", "second answer"
    return [*own, new_markdown_cell(END)]


def restore(cells: list[NotebookNode]) -> Restoration:
    return Restoration(copy.deepcopy(cells), RELEASED, TEXTS)


def by_name(restored: Restoration) -> dict[str, NotebookNode]:
    """The gradebook's cells, each of which must be there once and as released."""
    found = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in restored.cells
        if "nbgrader" in cell.metadata
    }
    assert sorted(found) == sorted(known.name for known in RELEASED)
    for known in RELEASED:
        assert found[known.name].cell_type == known.cell_type
        assert found[known.name].metadata.nbgrader == known.metadata
        assert known.is_answer or found[known.name].source == known.source
    return found


def texts(restored: Restoration) -> list[str]:
    return [cell.source for cell in restored.cells]


def test_an_honest_notebook_stays_as_it_is(cells: list[NotebookNode]) -> None:
    restored = restore(cells)
    assert texts(restored) == [cell.source for cell in cells]
    assert restored.notes == []
    by_name(restored)


def test_tags_and_other_metadata_are_dropped_everywhere(cells: list[NotebookNode]) -> None:
    for cell in cells:
        cell.metadata.update(tags=["skip-execution"], transient={"remove_source": True})
    for cell in restore(cells).cells:
        assert set(cell.metadata) <= {"nbgrader", "deletable", "editable"}


def test_an_edited_check_cell_stands_as_released_and_the_edit_follows(
    cells: list[NotebookNode],
) -> None:
    cells[1].source = "check = print\nmy_work = 1"
    cells[1].outputs = [new_output("execute_result", {"text/plain": "20"})]
    cells[1].metadata.nbgrader.update(points=400, grade=False, solution=True)
    restored = restore(cells)
    assert by_name(restored)["attention"].outputs == []
    assert texts(restored)[1:3] == ['check("attention")', "check = print\nmy_work = 1"]
    assert restored.cells[2].outputs == []
    assert restored.notes == [
        "`attention` had been changed; it stands again as released. "
        "What you wrote there follows it."
    ]


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
def test_a_check_cell_of_another_type_is_code_again(cells: list[NotebookNode], make) -> None:
    cells[1] = make(CHECK.source, metadata=cells[1].metadata)
    restored = restore(cells)
    by_name(restored)
    assert "`attention` had been changed" in restored.notes[0]


def test_an_answer_written_into_the_question_is_kept(cells: list[NotebookNode]) -> None:
    cells[2].source += "\n\nBecause of the locality."
    restored = restore(cells)
    by_name(restored)
    assert "Question 1?\n\nBecause of the locality." in texts(restored)


def test_an_answer_turned_into_code_is_kept_with_what_it_printed(
    cells: list[NotebookNode],
) -> None:
    output = new_output("stream", text="0.5")
    cells[3] = new_code_cell("print(0.5)", metadata=cells[3].metadata, outputs=[output])
    restored = restore(cells)
    assert by_name(restored)["answer-1"].source == "print(0.5)"
    assert [cell.outputs for cell in restored.cells if cell.cell_type == "code"][1] == [output]


@pytest.mark.parametrize("where", [1, -1])
def test_of_a_duplicated_answer_the_written_one_counts_and_both_stay(
    cells: list[NotebookNode], where: int
) -> None:
    other = copy.deepcopy(cells[3])
    other.source = "YOUR ANSWER HERE" if where == 1 else "the rest of the first answer"
    cells.insert(where, other)
    restored = restore(cells)
    assert by_name(restored)["answer-1"].source == "first answer"
    assert other.source in texts(restored)
    assert "`answer-1` stood in the notebook 2 times" in restored.notes[0]


def test_of_a_duplicated_check_cell_one_counts(cells: list[NotebookNode]) -> None:
    restored = restore([*cells, copy.deepcopy(cells[1]), copy.deepcopy(cells[1])])
    by_name(restored)
    assert "3 times" in restored.notes[0]


def test_deleted_cells_come_back_in_their_places(cells: list[NotebookNode]) -> None:
    restored = restore([cells[0], *cells[2:3], *cells[4:]])
    answer = by_name(restored)["answer-1"].source
    assert answer.startswith("*This answer cell was missing")
    assert texts(restored)[:5] == [TITLE, CHECK.source, "Question 1?", answer, "Question 2?"]
    assert len(restored.notes) == 2


def test_without_any_metadata_cells_are_known_by_their_text_and_place(
    cells: list[NotebookNode],
) -> None:
    for cell in cells:
        cell.metadata = NotebookNode()
    restored = restore(cells)
    found = by_name(restored)
    assert found["answer-1"].source == "first answer"
    assert found["answer-2"].source == "second answer"
    assert texts(restored) == [cell.source for cell in cells]
    assert restored.notes == []


def test_without_metadata_an_unanswered_question_keeps_its_own_empty_cell(
    cells: list[NotebookNode],
) -> None:
    cells[5].source = "YOUR ANSWER HERE"
    for cell in cells:
        cell.metadata = NotebookNode()
    found = by_name(restore(cells))
    assert found["answer-1"].source == "first answer"
    assert found["answer-2"].source == "YOUR ANSWER HERE"


def test_an_empty_notebook_gets_every_cell_and_no_answer_counts_as_empty() -> None:
    found = by_name(restore([]))
    assert all(found[f"answer-{n}"].source.startswith("*This answer cell") for n in (1, 2))


def test_an_answer_in_a_cell_of_its_own_is_not_taken_for_none(cells: list[NotebookNode]) -> None:
    cells[3].source = "YOUR ANSWER HERE"
    cells.insert(4, new_markdown_cell("my answer, in a new cell"))
    restored = restore(cells)
    assert by_name(restored)["answer-1"].source.startswith("*This answer cell was left as it was")
    assert "my answer, in a new cell" in texts(restored)


def test_an_unanswered_question_stays_unanswered(cells: list[NotebookNode]) -> None:
    cells[5].source = "YOUR ANSWER HERE"
    assert by_name(restore(cells))["answer-2"].source == "YOUR ANSWER HERE"


def test_foreign_and_malformed_grade_ids_are_dropped(cells: list[NotebookNode]) -> None:
    for number, grade_id in enumerate(["bonus", 7, None, ["x"], {"a": 1}]):
        metadata = {"nbgrader": {"grade_id": grade_id, "grade": True, "points": 100}}
        cells.append(new_code_cell(str(number), metadata=metadata))
    cells.append(new_code_cell("x", metadata={"nbgrader": "a string"}))
    by_name(restore(cells))
