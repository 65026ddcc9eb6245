"""Reading a notebook that anybody may have written: whatever comes out is well formed.

nbformat only logs what is wrong with a notebook's structure, and nbconvert's templates trust
the fields they print. So every cell and output is built anew from the fields that are known.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import nbformat_minor
from nbformat.v4.convert import upgrade_cell

from autograder.bridge import bounds
from autograder.bridge.scanning import TooMuchError, read_bounded

TEXT_TYPES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
IMAGE_TYPES = ("image/png", "image/jpeg")
MOVING_TYPES = ("image/gif", "image/webp")
PASTED_TYPES = (*IMAGE_TYPES, *MOVING_TYPES, "image/svg+xml")
COURSE_METADATA = "vitcourse"
NOTEBOOK_METADATA = {
    "kernelspec": ("name", "display_name", "language"),
    "language_info": ("name",),
    COURSE_METADATA: ("problem",),
}
NBGRADER_METADATA = (
    "checksum",
    "cell_type",
    "grade",
    "grade_id",
    "locked",
    "points",
    "schema_version",
    "solution",
    "task",
)
LONGEST_NAME = 1_000
LARGEST_COUNT = 10**9
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


class UnreadableNotebookError(Exception):
    """The file is no notebook that can be read; the message says why."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, well formed.

    Raises:
        UnreadableNotebookError: the file is empty, no JSON, or no notebook.
    """
    try:
        whole = read_bounded(path)
        if not whole.strip():
            raise UnreadableNotebookError("the file is empty")
        notebook = json.loads(whole)
        del whole
        if notebook["nbformat"] != nbformat.current_nbformat:
            notebook = _upgraded(notebook)
        _check_cells(notebook["cells"])
        return tidy(notebook)
    except (TooMuchError, UnreadableNotebookError) as error:
        raise UnreadableNotebookError(str(error)) from error
    except OSError:
        raise
    except Exception as error:
        # Any notebook can come: whichever way it breaks the reader, it is unreadable.
        first_line = next(iter(str(error).splitlines()), "")[:200]
        raise UnreadableNotebookError(f"{type(error).__name__}: {first_line}") from error


def _upgraded(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an older format as one of today's; nbformat would validate it twice."""
    _check_cells([cell for sheet in notebook["worksheets"] for cell in sheet["cells"]])
    older = nbformat.from_dict(notebook)
    for version in (nbformat.v2, nbformat.v3):
        if older.nbformat < version.nbformat:
            older = version.upgrade(older)
    if older.nbformat != nbformat.v3.nbformat:
        raise ValueError(f"format {notebook['nbformat']!r} of notebooks is not known")
    cells = [cell for sheet in older.worksheets for cell in sheet.cells]
    _limit_outputs(cells)
    return {"cells": [upgrade_cell(cell) for cell in cells], "metadata": older.get("metadata")}


def _check_cells(cells: list[Any]) -> None:
    if len(cells) > bounds.CELLS:
        raise TooMuchError(
            f"the notebook has {len(cells):,} cells; {bounds.CELLS:,} is the most that is read: "
            "delete those that are not needed"
        )


def tidy(notebook: dict[str, Any]) -> NotebookNode:
    """The same notebook, of known fields only; all tags and other metadata are dropped."""
    found = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    _limit_outputs(found)
    cells = [_cell(cell, f"cell-{number}") for number, cell in enumerate(found)]
    about = _mapping(notebook.get("metadata"))
    metadata = {
        key: {name: text(_mapping(about[key]).get(name))[:LONGEST_NAME] for name in names}
        for key, names in NOTEBOOK_METADATA.items()
        if key in about
    }
    return nbformat.from_dict(
        {
            "nbformat": nbformat.current_nbformat,
            "nbformat_minor": nbformat_minor,
            "metadata": metadata,
            "cells": cells,
        }
    )


def text(value: Any) -> str:
    """A string of characters that can be written: lists joined, what is no text left out."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _limit_outputs(cells: list[dict[str, Any]]) -> None:
    """Leave as many outputs as a page can show, and a note where others were."""
    left = bounds.OUTPUTS
    for cell in cells:
        outputs = cell.get("outputs")
        if cell.get("cell_type") != "code":
            continue
        outputs = outputs if isinstance(outputs, list) else []
        over = len(outputs) - left
        if over > 0:
            note = f"[{over:,} more outputs left out: {bounds.OUTPUTS:,} is the most]\n"
            outputs = [*outputs[:left], {"output_type": "stream", "text": note}]
        cell["outputs"] = outputs
        left -= min(left, len(outputs))


def _nbgrader(found: Any) -> dict[str, Any]:
    """nbgrader's own notes in a cell: single values of known names."""
    return {
        name: text(found[name])[:LONGEST_NAME] if isinstance(found[name], str) else found[name]
        for name in NBGRADER_METADATA
        if name in _mapping(found) and isinstance(found[name], str | bool | int | float | None)
    }


def _cell(cell: dict[str, Any], name: str) -> dict[str, Any]:
    found = _mapping(cell.get("metadata"))
    metadata = {
        key: found[key] for key in ("deletable", "editable") if type(found.get(key)) is bool
    }
    if isinstance(found.get("nbgrader"), dict):
        metadata["nbgrader"] = _nbgrader(found["nbgrader"])
    kind = cell.get("cell_type")
    fields = {"id": name, "source": text(cell.get("source")), "metadata": metadata}
    if kind == "code":
        outputs = [_output(each) for each in cell["outputs"] if isinstance(each, dict)]
        return {
            **fields,
            "cell_type": kind,
            "execution_count": _count(cell.get("execution_count")),
            "outputs": [output for output in outputs if output is not None],
        }
    attachments = _attachments(cell.get("attachments"))
    return {
        **fields,
        "cell_type": "markdown" if kind == "markdown" else "raw",
        **({"attachments": attachments} if attachments else {}),
    }


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= LARGEST_COUNT else None


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """The pictures pasted into a cell, by name and type."""
    return {
        text(name)[:LONGEST_NAME]: pictures
        for name, bundle in islice(_mapping(value).items(), bounds.PICTURES_IN_CELL)
        if (pictures := dict(_pasted(_mapping(bundle))))
    }


def _pasted(bundle: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in PASTED_TYPES:
        data = text(bundle.get(kind))
        if BASE64.fullmatch(data) or (kind == "image/svg+xml" and data.lstrip()[:1] == "<"):
            yield kind, data


def _data(bundle: Any) -> dict[str, str]:
    """What of an output's data is text or a picture."""
    if not isinstance(bundle, dict):
        return {}
    data = {kind: text(bundle[kind]) for kind in (*TEXT_TYPES, *IMAGE_TYPES) if kind in bundle}
    data = {k: v for k, v in data.items() if k not in IMAGE_TYPES or BASE64.fullmatch(v)}
    moving = next((kind for kind in MOVING_TYPES if kind in bundle), None)
    if moving and not set(data) & {*IMAGE_TYPES, "text/html"}:
        # nbconvert's pages know no output of these types.
        data["text/html"] = (
            f'<img src="data:{moving};base64,{"".join(text(bundle[moving]).split())}">'
        )
    return data


def _size(metadata: Any, kind: str) -> dict[str, int]:
    sizes = metadata.get(kind) if isinstance(metadata, dict) else None
    return {
        side: sizes[side]
        for side in ("width", "height")
        if isinstance(sizes, dict) and type(sizes.get(side)) is int and 0 < sizes[side] < 10_000
    }


def _output(output: dict[str, Any]) -> dict[str, Any] | None:
    """The output of known fields, or None where it is of no known type."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": kind,
            "ename": text(output.get("ename")),
            "evalue": text(output.get("evalue")),
            "traceback": [text(line) for line in (lines if isinstance(lines, list) else [])],
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"))
    if not data:
        kinds = ", ".join(sorted(map(text, islice(_mapping(output.get("data")), 10)))) or "nothing"
        data = {"text/plain": f"[An output that only a live notebook can show: {kinds[:200]}]"}
    sizes = {mime: size for mime in IMAGE_TYPES if (size := _size(output.get("metadata"), mime))}
    return {"output_type": "display_data", "data": data, "metadata": sizes}
