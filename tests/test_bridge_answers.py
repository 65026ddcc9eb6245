"""What a mark was given for: equal keys where the marker would see the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, answer_cell, question_cell
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.bridge import answers
from autograder.bridge.answers import TEXT, WORDS, answer_keys, keys_of_copy, stage_keys
from autograder.bridge.restore import MISSING_ANSWER
from autograder.bridge.submission import Problem
from autograder.checking.assignments import HOMEWORK

TEXTS = {"# A homework", "## Handing in\n\nSave it first."}


def notebook(answer: str, *below: NotebookNode, prefix: str = "") -> NotebookNode:
    """A restored notebook with one answer."""
    cell = answer_cell("why", 3, "")
    cell.source = prefix + answer
    return new_notebook(
        cells=[
            new_markdown_cell("# A homework"),
            question_cell("why", "Why?"),
            cell,
            *below,
            new_markdown_cell("## Handing in\n\nSafe it first."),
        ]
    )


def key(found: NotebookNode, kind: str = TEXT) -> str:
    return answer_keys(found, TEXTS, kind)["why"]


@pytest.mark.parametrize("kind", [TEXT, WORDS])
@pytest.mark.parametrize(
    ("other", "same"),
    [
        (notebook("It is small.\n"), True),
        (notebook(" It\n\nis  small."), True),
        (notebook("It is small!"), False),
        (notebook(""), False),
        (notebook("It is", new_markdown_cell("small.")), False),
        (notebook("It is small.", new_markdown_cell("![x](attachment:x.png)")), False),
        (notebook("It is small.", new_code_cell("1", outputs=[new_output("stream")])), False),
    ],
)
def test_what_changes_a_key(other: NotebookNode, same: bool, kind: str) -> None:
    assert (key(other, kind) == key(notebook("It is small."), kind)) is same


@pytest.mark.parametrize("kind", [TEXT, WORDS])
def test_a_pasted_picture_counts(kind: str) -> None:
    keys = set()
    for data in ("aaaa", "bbbb"):
        found = notebook("![p](attachment:my picture.png)")
        found.cells[2].attachments = {"my picture.png": {"image/png": data}}
        keys.add(key(found, kind))
    assert len(keys) == 2


def test_a_missing_answers_text_is_all_that_the_student_wrote_anywhere() -> None:
    def written(text: str) -> str:
        found = notebook("*stub*", prefix=MISSING_ANSWER)
        found.cells.insert(0, new_markdown_cell(text))
        return key(found)

    assert written("It is small.") == written("It is  small.")
    assert written("It is small.") != written("It is large.")


def test_notes_of_the_grading_change_no_key() -> None:
    plain, noted = notebook("Four."), notebook("Four.")
    noted.cells.insert(0, new_markdown_cell("**Notes from grading**\n\n- `x` was missing."))
    assert key(plain) == key(noted)


def test_an_answer_that_nobody_could_read_is_no_text() -> None:
    unread = notebook("")
    unread.metadata["vitcourse"] = {"problem": Problem.UNREADABLE.value}
    assert key(unread) == key(unread, WORDS) == answers.UNSEEN


def test_another_way_of_making_html_safe_changes_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = notebook('A <b class="x">bold</b> claim')
    before = key(found), key(found, WORDS)
    monkeypatch.setattr(
        answers, "safe_markdown", lambda source, _: "<div><p>A <b>bold</b> claim</p></div>"
    )
    assert (key(found), key(found, WORDS)) == before


def test_a_copy_of_an_earlier_tree_has_the_words_of_what_was_handed_in(tmp_path: Path) -> None:
    shown = notebook("<div>\n<p>A <b>bold</b> claim</p>\n</div>")
    note = new_markdown_cell("For the marker", metadata={"vitcourse": {"note": "x"}})
    shown.cells.insert(2, note)
    copy = tmp_path / f"{ASSIGNMENT}.ipynb"
    copy.write_text(json.dumps(shown))
    handed_in = notebook('A <b onclick="x">bold</b> claim')
    assert keys_of_copy(copy, TEXTS, HOMEWORK)["why"] == key(handed_in, WORDS)


def test_a_stages_key_is_its_files(tmp_path: Path) -> None:
    (tmp_path / "ViT.py").write_bytes(b"a = 1\r\n")
    before = stage_keys(tmp_path, HOMEWORK)
    (tmp_path / "ViT.py").write_bytes(b"a = 1\n")
    assert stage_keys(tmp_path, HOMEWORK) == before
    (tmp_path / "ViT.py").write_bytes(b"a = 2\n")
    (tmp_path / "vit.safetensors").write_bytes(b"weights")
    after = stage_keys(tmp_path, HOMEWORK)
    changed = {stage for stage in before if before[stage] != after[stage]}
    assert changed == {"patching", "vit", "training"}
