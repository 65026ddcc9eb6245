"""Notebooks as they come: whatever is read is well formed, and outputs keep within bounds."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.bridge.outputs import CapOutputs
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.submission import Problem, inspect
from autograder.checking.assignments import HOMEWORK

GOOD = json.dumps(new_notebook(cells=[new_code_cell("1")]))

MALFORMED = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"title": ["x"], "widgets": 3, "kernelspec": {}, "language_info": 7},
    "cells": [
        "no cell",
        {"cell_type": "code"},
        {"cell_type": "poem", "source": ["a", 3, "b"]},
        {"cell_type": "markdown", "source": "\ud800 lone", "metadata": [], "attachments": {"a": 1}},
        {
            "cell_type": "markdown",
            "id": "no id at all!",
            "source": "![p](attachment:p)",
            "attachments": {"p": {"image/png": 'x" onerror="acted()'}},
        },
        {
            "cell_type": "code",
            "source": "x",
            "execution_count": "<b>",
            "outputs": [
                None,
                {"output_type": "dance"},
                {"output_type": "stream", "name": "<b>", "text": ["a", "b"]},
                {"output_type": "error", "traceback": "none"},
                {"output_type": "display_data", "data": {"image/png": '"><script>'}},
                {
                    "output_type": "execute_result",
                    "data": {"image/png": ["iVBO", "RQ=="]},
                    "metadata": {"image/png": {"width": "1 onload=acted()", "height": 3}},
                },
            ],
        },
    ],
}


def written(folder: Path, content: str | bytes, name: str = "vit-cifar10.ipynb") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_malformed_notebook_comes_out_well_formed(tmp_path: Path) -> None:
    notebook = read_notebook(written(tmp_path, json.dumps(MALFORMED)))
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == [
        "",
        "ab",
        "? lone",
        "![p](attachment:p)",
        "x",
    ]
    code = notebook.cells[-1]
    assert code.execution_count is None
    assert [output.output_type for output in code.outputs] == [
        "stream",
        "error",
        "display_data",
        "display_data",
    ]
    assert code.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "ab"}
    assert "only a live notebook can show: image/png" in code.outputs[2].data["text/plain"]
    assert code.outputs[3].data == {"image/png": "iVBORQ=="}
    assert code.outputs[3].metadata == {"image/png": {"height": 3}}
    assert "acted" not in json.dumps(notebook)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_unicode_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    assert read_notebook(written(tmp_path, GOOD.encode(encoding))).cells[0].source == "1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        GOOD.encode()[:-20],
        b"[1, 2]",
        b"{}",
        b'{"nbformat": 4, "cells": 3}',
        b"PK\x03\x04 a zip",
        b"\xff\xfe\xff",
        b"[" * 100_000,
    ],
    ids=["empty", "blank", "cut off", "list", "object", "no cells", "zip", "bytes", "deep"],
)
def test_what_is_no_notebook_is_named_unreadable(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UnreadableNotebookError):
        read_notebook(path)
    assert inspect(tmp_path, HOMEWORK).problem is Problem.UNREADABLE


@pytest.mark.parametrize(
    ("names", "taken", "problem"),
    [
        (["vit-cifar10.ipynb"], "vit-cifar10.ipynb", None),
        (["vit-cifar10.ipynb", "scratch.ipynb"], "vit-cifar10.ipynb", None),
        (["vit-cifar10 (1).ipynb"], "vit-cifar10 (1).ipynb", Problem.RENAMED),
        (["Homework.IPYNB"], "Homework.IPYNB", Problem.RENAMED),
        (["scratch.ipynb", "ViT-CIFAR10-final.ipynb"], "ViT-CIFAR10-final.ipynb", Problem.RENAMED),
        (["a.ipynb", "b.ipynb"], None, Problem.SEVERAL),
        (["vit-cifar10 (1).ipynb", "vit-cifar10 (2).ipynb"], None, Problem.SEVERAL),
        ([], None, Problem.MISSING),
    ],
)
def test_which_notebook_is_taken(
    tmp_path: Path, names: list[str], taken: str | None, problem: Problem | None
) -> None:
    for name in names:
        written(tmp_path, GOOD, name)
    found = inspect(tmp_path, HOMEWORK)
    assert (found.notebook and found.notebook.name, found.problem) == (taken, problem)


def capped(*outputs: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    caps = CapOutputs(max_text=100, max_data=300, max_notebook=2_000)
    notebook = new_notebook(cells=[new_code_cell(outputs=list(outputs))])
    return caps.preprocess(notebook, {})[0].cells[0].outputs


def test_small_outputs_stay_whole() -> None:
    outputs = [new_output("stream", text="done"), new_output("display_data", {"image/png": "AA=="})]
    assert capped(*outputs) == outputs


def test_large_outputs_are_cut_and_say_so() -> None:
    lines, picture, error = capped(
        new_output("stream", text="x" * 1_100),
        new_output("display_data", {"image/png": "A" * 400, "text/plain": "a figure"}),
        new_output("error", ename="E", evalue="", traceback=["y" * 150]),
    )
    assert lines.text == "x" * 100 + "\n[1,000 more characters left out]"
    assert list(picture.data) == ["text/plain"]
    assert "image/png of 400 characters left out" in picture.data["text/plain"]
    assert error.traceback[-1] == "[50 more characters left out]"


def test_many_outputs_are_kept_up_to_a_bound() -> None:
    outputs = capped(*[new_output("stream", text="z" * 100) for _ in range(40)])
    assert outputs[0].text == "z" * 100
    assert "too many in all" in outputs[-1].text
