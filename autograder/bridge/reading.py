"""Reading a notebook that anybody may have written: whatever comes out is well formed.

nbformat only logs what is wrong with a notebook's structure, and nbconvert's templates trust
the fields they print. So every cell and output is built anew from the fields that are known.
"""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)

TEXT_TYPES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
IMAGE_TYPES = ("image/png", "image/jpeg")
COURSE_METADATA = "vitcourse"
NOTEBOOK_METADATA = {
    "kernelspec": ("name", "display_name", "language"),
    "language_info": ("name",),
    COURSE_METADATA: ("problem",),
}
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


class UnreadableNotebookError(Exception):
    """The file is no notebook that can be read; the message says why."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, well formed.

    Raises:
        UnreadableNotebookError: the file is empty, no JSON, or no notebook.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableNotebookError("the file is empty")
    try:
        notebook = json.loads(raw)
        if notebook["nbformat"] != nbformat.current_nbformat:
            notebook = nbformat.reads(json.dumps(notebook), nbformat.current_nbformat)
        return tidy(notebook)
    except Exception as error:
        # Any notebook can come: whichever way it breaks the reader, it is unreadable.
        first_line = next(iter(str(error).splitlines()), "")[:200]
        raise UnreadableNotebookError(f"{type(error).__name__}: {first_line}") from error


def tidy(notebook: dict[str, Any]) -> NotebookNode:
    """The same notebook, of known fields only; all tags and other metadata are dropped."""
    cells = [_cell(cell) for cell in notebook["cells"] if isinstance(cell, dict)]
    found = _mapping(notebook.get("metadata"))
    metadata = {
        key: {name: text(_mapping(found[key]).get(name)) for name in names}
        for key, names in NOTEBOOK_METADATA.items()
        if key in found
    }
    return new_notebook(cells=cells, metadata=metadata)


def text(value: Any) -> str:
    """A string of characters that can be written: lists joined, what is no text left out."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _mapping(value: Any) -> dict[str, Any]:
    """The mapping, of characters that can be written, or an empty one."""
    if not isinstance(value, dict):
        return {}
    return json.loads(text(json.dumps(value, default=str, ensure_ascii=False)))


def _cell(cell: dict[str, Any]) -> NotebookNode:
    found = _mapping(cell.get("metadata"))
    metadata = {
        key: found[key] for key in ("deletable", "editable") if type(found.get(key)) is bool
    }
    if isinstance(found.get("nbgrader"), dict):
        metadata["nbgrader"] = found["nbgrader"]
    fields = {"source": text(cell.get("source")), "metadata": metadata}
    kind = cell.get("cell_type")
    if kind == "code":
        outputs = cell.get("outputs")
        return new_code_cell(
            **fields,
            execution_count=_count(cell.get("execution_count")),
            outputs=[
                tidied
                for output in (outputs if isinstance(outputs, list) else [])
                if isinstance(output, dict) and (tidied := _output(output)) is not None
            ],
        )
    if kind == "markdown":
        attachments = _attachments(cell.get("attachments"))
        return new_markdown_cell(**fields, **({"attachments": attachments} if attachments else {}))
    return new_raw_cell(**fields)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """The pictures pasted into a Markdown cell, by name and type."""
    return {
        text(name): {kind: data}
        for name, bundle in (value.items() if isinstance(value, dict) else ())
        for kind, data in _data(bundle).items()
        if kind in IMAGE_TYPES
    }


def _data(bundle: Any) -> dict[str, str]:
    """What of an output's data is text or a picture."""
    if not isinstance(bundle, dict):
        return {}
    data = {kind: text(bundle[kind]) for kind in (*TEXT_TYPES, *IMAGE_TYPES) if kind in bundle}
    return {
        kind: value
        for kind, value in data.items()
        if kind not in IMAGE_TYPES or BASE64.fullmatch(value)
    }


def _size(metadata: Any, kind: str) -> dict[str, int]:
    sizes = metadata.get(kind) if isinstance(metadata, dict) else None
    return {
        side: sizes[side]
        for side in ("width", "height")
        if isinstance(sizes, dict) and type(sizes.get(side)) is int
    }


def _output(output: dict[str, Any]) -> NotebookNode | None:
    """The output of known fields, or None where it is of no known type."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        return new_output(
            "error",
            ename=text(output.get("ename")),
            evalue=text(output.get("evalue")),
            traceback=[text(line) for line in (lines if isinstance(lines, list) else [])],
        )
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"))
    if not data:
        found = output.get("data")
        kinds = ", ".join(sorted(map(text, found))) if isinstance(found, dict) else "nothing"
        data = {"text/plain": f"[An output that only a live notebook can show: {kinds[:200]}]"}
    sizes = {mime: size for mime in IMAGE_TYPES if (size := _size(output.get("metadata"), mime))}
    return new_output("display_data", data=data, metadata=sizes)
