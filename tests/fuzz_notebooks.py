"""One case of the fuzz of notebooks; `python tests/fuzz_notebooks.py NUMBER` repeats it.

A student's notebook is mutated and goes the way from the hand-in to the page: it is either called
unreadable, or a valid notebook comes out of which nothing acts in a browser.
"""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fuzz_runner
import nbformat
from bridge_course import NOTEBOOK, source_notebook
from bridge_pages import HTML_PAYLOADS, MARKDOWN_PAYLOADS, acting_parts, hostile_notebook
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode

from autograder.bridge.markup import SanitizeSubmission
from autograder.bridge.outputs import CapOutputs
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.restore import Released, Restoration
from autograder.bridge.submission import Problem, inspect
from autograder.checking.assignments import HOMEWORK

SECONDS = 5.0
MEBIBYTES = 300.0
SEED = 12

EXPORTER = HTMLExporter(template_name="basic")
SOURCE = source_notebook()
RELEASED = [
    Released(cell.metadata.nbgrader.grade_id, cell.cell_type, cell.source, cell.metadata.nbgrader)
    for cell in SOURCE.cells
    if "nbgrader" in cell.metadata
]
TEXTS = {cell.source.strip() for cell in SOURCE.cells}
PAYLOADS = HTML_PAYLOADS + MARKDOWN_PAYLOADS
MIMES = (
    "text/html", "text/markdown", "text/plain", "text/latex", "image/svg+xml", "image/png",
    "image/jpeg", "application/javascript", "application/json", "application/vnd.x+json",
    "TEXT/HTML",
)  # fmt: skip
KEYS = (
    "cells", "metadata", "nbformat", "nbformat_minor", "source", "outputs", "output_type", "data",
    "text", "traceback", "attachments", "cell_type", "execution_count", "nbgrader", "grade_id",
    "id",
    "worksheets", "kernelspec", "language_info", "name", "vitcourse", "problem", "collapsed",
)  # fmt: skip
GRADE_IDS = tuple(known.name for known in RELEASED)
OPENERS = ("<style>", "<div>", "<!--", "[", "(", "*", "_", "`", "<a", "<p><b>", "> ", "$", "&",
    "|a", "- ",
           "![x](", "<svg>", "<math>", "<table>", "\n", "\\", "~~", "\u202e", "<![CDATA[",
           "</", "é")  # fmt: skip

Raw = dict[str, Any]
Mutation = Callable[[random.Random, Raw], "Raw | bytes"]


def case(number: int, meter: fuzz_runner.Meter) -> None:
    """Make one notebook, take it the way of a submission, and look at the page."""
    chance = random.Random(f"{SEED}-{number}")
    mutation = MUTATIONS[number % len(MUTATIONS)]
    made: Raw | bytes = mutation(chance, base(chance))
    if isinstance(made, dict) and chance.random() < 0.4:
        made = chance.choice(MUTATIONS)(chance, made)
    # Written as Python writes it: NaN, lone surrogates and huge numbers included.
    data = made if isinstance(made, bytes) else json.dumps(made).encode()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / NOTEBOOK).write_bytes(data)
        with meter:
            notebook = graded(folder)
    if notebook is None:
        return
    nbformat.validate(json.loads(json.dumps(notebook)))
    names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if cell.metadata]
    assert sorted(names) == sorted(GRADE_IDS), f"the gradebook's cells are {names}"
    page, _ = EXPORTER.from_notebook_node(notebook)
    assert not (found := acting_parts(page)), f"a page acts: {found[:3]}"


def graded(folder: Path) -> NotebookNode | None:
    """The notebook of a submission as grading leaves it; None where it is unreadable."""
    finding = inspect(folder, HOMEWORK)
    try:
        notebook, why = read_notebook(folder / NOTEBOOK), ""
    except UnreadableNotebookError as error:
        notebook, why = None, str(error)
    assert (finding.problem is Problem.UNREADABLE) == bool(why), f"{finding} but {why!r}"
    if notebook is None:
        return None
    notebook.cells = Restoration(notebook.cells, RELEASED, TEXTS).cells
    notebook, _ = CapOutputs().preprocess(notebook, {})
    notebook, _ = SanitizeSubmission().preprocess(notebook, {})
    return notebook


def base(chance: random.Random) -> Raw:
    """A student's notebook as it would be without a mutation, in JSON's own types."""
    made = copy.deepcopy(SOURCE)
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = f"An answer with $x<{chance.randrange(9)}$ and *stress*."
    if chance.random() < 0.3:
        made.cells += chance.sample(hostile_notebook().cells, 5)
    return json.loads(json.dumps(made))


def odd_value(chance: random.Random) -> Any:
    """A value of any type, of any size."""
    return chance.choice((
        None, True, False, 0, -1, 4, 1e308, float("nan"), float("inf"), 10**30, "", "x", "4",
        "\0", "\ud800", [], {}, [[]], [None], {"": None}, ["a", 1, None], {"nbgrader": "x"},
        "é" * 1000, "\u202e\x1b[2J", [[[[[[[[]]]]]]]], {"a": {"b": {"c": []}}},
        chance.choice(PAYLOADS), payload(chance),
    ))  # fmt: skip


def payload(chance: random.Random) -> str:
    """Pieces of known attacks, put together in another way."""
    pieces = []
    for _ in range(chance.randint(1, 6)):
        text = chance.choice(PAYLOADS)
        begin, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        pieces.append(chance.choice((text, text[begin:end], text[begin:], chance.choice(OPENERS))))
    return chance.choice(("", "\n", " ", "\n\n")).join(pieces)


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON document: its container and its key there."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
        found.append((value, key))
        if isinstance(each, dict | list):
            found += nodes(each)
    return found


def _swapped(chance: random.Random, made: Raw) -> Raw:
    for _ in range(chance.choice((1, 1, 2, 5))):
        container, key = chance.choice(nodes(made))
        container[key] = odd_value(chance)
    return made


def _removed(chance: random.Random, made: Raw) -> Raw:
    for _ in range(chance.choice((1, 2, 5))):
        if places := nodes(made):
            container, key = chance.choice(places)
            del container[key]
    return made


def _added(chance: random.Random, made: Raw) -> Raw:
    for _ in range(chance.choice((1, 3, 10))):
        containers = [made] + [c[k] for c, k in nodes(made) if isinstance(c[k], dict)]
        chance.choice(containers)[chance.choice((*KEYS, *MIMES))] = odd_value(chance)
    return made


def _duplicated(chance: random.Random, made: Raw) -> Raw:
    """Cells again, graded ids twice or exchanged, texts moved."""
    cells = made.get("cells")
    if not isinstance(cells, list) or not cells:
        return made
    for _ in range(chance.choice((1, 3, 10))):
        cell = copy.deepcopy(chance.choice(cells))
        about = cell.get("metadata") if isinstance(cell, dict) else None
        if isinstance(about, dict) and isinstance(about.get("nbgrader"), dict):
            about["nbgrader"]["grade_id"] = chance.choice((*GRADE_IDS, "", 7, None, "other"))
            if chance.random() < 0.3:
                cell["cell_type"] = chance.choice(("code", "markdown", "raw", "heading", 3))
        cells.insert(chance.randrange(len(cells) + 1), cell)
    if chance.random() < 0.3:
        chance.shuffle(cells)
    return made


def _attacked(chance: random.Random, made: Raw) -> Raw:
    """Payloads in answers, outputs of every kind, and attachments."""
    data = {chance.choice(MIMES): payload(chance) for _ in range(3)}
    outputs = [
        {
            "output_type": "display_data",
            "data": data,
            "metadata": {"image/png": {"width": payload(chance)}},
        },
        {"output_type": "execute_result", "data": {"text/html": [payload(chance)]}, "metadata": {}},
        {"output_type": "stream", "name": payload(chance), "text": payload(chance)},
        {
            "output_type": "error",
            "ename": payload(chance),
            "evalue": payload(chance),
            "traceback": [payload(chance), 3],
        },
    ]
    cells = made["cells"] if isinstance(made.get("cells"), list) else []
    for cell in cells:
        if isinstance(cell, dict) and chance.random() < 0.5:
            cell["source"] = payload(chance)
            cell["outputs"] = chance.sample(outputs, 2)
    attachments = {
        payload(chance): {"image/png": payload(chance)},
        "a b.png": {"image/png": "iVBORw0KGgo="},
    }
    cells.append(
        {
            "cell_type": "markdown",
            "metadata": {},
            "attachments": attachments,
            "source": f"![p](attachment:a b.png) ![q](attachment:a%20b.png) {payload(chance)}",
        }
    )
    return made


def _large(chance: random.Random, made: Raw) -> Raw:
    """One thing very often: what a parser may take the square of the time for."""
    size = chance.choice((2_000, 40_000, 200_000, 2_000_000))
    opener = chance.choice((*OPENERS, chance.choice(PAYLOADS)))
    text = (opener * (size // len(opener) + 1))[:size]
    where = chance.randrange(4)
    if where == 0:
        cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    elif where == 1:
        cell = {"cell_type": "raw", "metadata": {}, "source": text}
    else:
        kind = chance.choice(MIMES[:6])
        data = {"output_type": "display_data", "data": {kind: text}, "metadata": {}}
        printed = {"output_type": "stream", "name": "stdout", "text": text}
        output = data if where == 2 else printed
        cell = {"cell_type": "code", "metadata": {}, "source": "x", "outputs": [output]}
    if isinstance(made.get("cells"), list):
        made["cells"].append(cell)
    return made


def _many(chance: random.Random, made: Raw) -> Raw:
    """Very many cells, outputs or keys."""
    number = chance.choice((300, 3_000, 3_000, 30_000))
    cells = made["cells"] if isinstance(made.get("cells"), list) else []
    kind = chance.randrange(3)
    if kind == 0:
        cells += [{"cell_type": "markdown", "metadata": {}, "source": "*x*"}] * number
    elif kind == 1:
        output = {"output_type": "stream", "name": "stdout", "text": "x"}
        cells.append(
            {"cell_type": "code", "metadata": {}, "source": "", "outputs": [output] * number}
        )
    else:
        made["metadata"] = {str(n): n for n in range(number)}
    return made


def _deep(chance: random.Random, made: Raw) -> bytes:
    """Brackets within brackets, or many beside each other."""
    number = chance.choice((500, 5_000, 100_000, 2_000_000))
    deep = chance.choice(("[" * number + "]" * number, '{"a":' * number + "1" + "}" * number,
                          "[" + "[]," * number + "[]]", "[" * number))  # fmt: skip
    text = json.dumps(made)
    place = chance.choice(('"cells": [', '"metadata": {', '"nbformat": '))
    joined = {'"cells": [': f"{place}{deep},", '"metadata": {': f'{place}"deep": {deep},'}
    return text.replace(place, joined.get(place, f"{place}{deep}, "), 1).encode()


def _version(chance: random.Random, made: Raw) -> Raw:
    made["nbformat"] = chance.choice(
        (0, 1, 2, 3, 5, 99, "4", 4.0, 4.5, -1, None, [], 10**400, True)
    )
    made["nbformat_minor"] = chance.choice((0, 2, 5, 9, "x", None, -1))
    if chance.random() < 0.5:
        cells = made.get("cells", [])
        made["worksheets"] = chance.choice(
            ([{"cells": cells}], [], "x", [{"cells": odd_value(chance)}])
        )
    return made


def _bytes(chance: random.Random, made: Raw) -> bytes:
    text = json.dumps(made, indent=chance.choice((None, 1)), ensure_ascii=False)
    data = bytearray(
        text.encode(chance.choice(("utf-8", "utf-8", "utf-16", "utf-8-sig", "latin-1")), "replace")
    )
    for _ in range(chance.choice((0, 1, 3, 30))):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            data[at] = chance.randrange(256)
        else:
            data[at:at] = chance.choice(
                (b"\xff", b"\0", b"\xed\xa0\x80", b"}", b"]", b'"', b"\\u0000", b"1e999")
            )
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


MUTATIONS: tuple[Mutation, ...] = (
    _swapped, _attacked, _removed, _duplicated, _bytes, _added, _large, _swapped, _attacked, _deep,
    _version, _duplicated, _many,
)  # fmt: skip


if __name__ == "__main__":
    fuzz_runner.main(case, SECONDS, MEBIBYTES)
