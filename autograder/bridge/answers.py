"""What a mark by hand was given for: a short key of an answer's text, or of a stage's files.

Two keys are equal where the marker would see the same. Of a Markdown answer that is the student's
own text, before it is made safe to show, so another way of doing that changes no key. White space
does not count; pasted pictures do, and so do a code cell's outputs and the student's own cells
right below the answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_solution, is_task

from autograder.bridge.markup import safe_markdown
from autograder.bridge.reading import COURSE_METADATA, tidy
from autograder.bridge.restore import ANSWER_BELOW, MISSING_ANSWER, NOTES
from autograder.bridge.submission import problem_of
from autograder.checking.assignments import STAGES, Assignment

TEXT, WORDS, FILES, UNSEEN = "text", "words", "files", "unseen"


def answer_keys(notebook: NotebookNode, texts: Collection[str], kind: str = TEXT) -> dict[str, str]:
    """The keys of a graded notebook's answers, by the name of their cells.

    Args:
        notebook: a notebook whose gradebook's cells are restored.
        texts: the texts of the released notebook's cells.
        kind: `TEXT` for what the student typed. `WORDS` for what can be read of it when it is
            shown, which is all that can be compared with a copy of which only that is left.
    """
    problem = problem_of(notebook)
    if problem is not None and not problem.spares_notebook:
        return {_name(cell): UNSEEN for cell in notebook.cells if _is_answer(cell)}
    first_lines = {text.partition("\n")[0] for text in texts}
    keys = {}
    for place, cell in enumerate(notebook.cells):
        if _is_answer(cell):
            parts = [_part(cell, kind)] if is_solution(cell) else []
            if cell.source.startswith(MISSING_ANSWER):
                below = [c for c in notebook.cells if _is_own(c, first_lines)]
            else:
                below = []
                for own in notebook.cells[place + 1 :]:
                    if not _is_own(own, first_lines):
                        break
                    below.append(own)
            parts += [_part(own, kind) for own in below]
            keys[_name(cell)] = _key(kind, *parts)
    return keys


def stage_keys(submission: Path, assignment: Assignment) -> dict[str, str]:
    """The keys of what the machine judges, by stage: its files, to the byte but for line ends."""
    keys = {}
    for stage in assignment.machine_stages:
        parts = []
        for name in STAGES[stage].files or assignment.weights:
            try:
                content = (submission / name).read_bytes()
            except OSError:
                parts.append(f"{name} absent")
            else:
                content = content.replace(b"\r\n", b"\n")
                parts.append(f"{name} {hashlib.sha256(content).hexdigest()}")
        keys[stage] = _key(FILES, *parts)
    return keys


def keys_of_copy(copy: Path, texts: Collection[str], assignment: Assignment) -> dict[str, str]:
    """The keys of a graded copy of which nobody wrote down what it was made from.

    Args:
        copy: the notebook in `autograded/`, with the student's files beside it.
        texts: the texts of the released notebook's cells.
        assignment: what it is a copy of.

    Raises:
        OSError, ValueError: the copy cannot be read.
    """
    found = json.loads(copy.read_text(encoding="utf-8"))
    found["cells"] = [cell for cell in found["cells"] if not cell["metadata"].get(COURSE_METADATA)]
    return stage_keys(copy.parent, assignment) | answer_keys(tidy(found), texts, WORDS)


def _name(cell: NotebookNode) -> str:
    return cell.metadata.nbgrader.grade_id


def _is_answer(cell: NotebookNode) -> bool:
    """Whether a person marks the cell, or can comment on it."""
    return is_solution(cell) or is_task(cell)


def _is_own(cell: NotebookNode, first_lines: Collection[str]) -> bool:
    """Whether a cell is the student's: neither the gradebook's nor otherwise of the release.

    The first line is compared, so that a word put right in a released text makes no difference.
    """
    known = cell.metadata.get("nbgrader", {}).get("grade_id")
    first_line = cell.source.strip().partition("\n")[0]
    return not known and first_line not in first_lines and first_line != NOTES


def _key(kind: str, *parts: str) -> str:
    content = json.dumps(["".join(part.split()) for part in parts])
    return f"{kind}:{hashlib.sha256(content.encode()).hexdigest()}"


def _part(cell: NotebookNode, kind: str) -> str:
    """What of a cell the marker sees, as one text."""
    source = cell.source.removeprefix(MISSING_ANSWER).removeprefix(ANSWER_BELOW)
    attachments = cell.get("attachments", {})
    pictures = sorted(data for bundle in attachments.values() for data in bundle.values())
    if kind == WORDS and cell.cell_type == "markdown":
        source = _words(safe_markdown(source, attachments))
    shown = [_output(output, kind) for output in cell.get("outputs", [])]
    return "\n".join([source, *pictures, *shown])


def _words(markdown: str) -> str:
    """What can be read and seen of a Markdown text, however it is marked up."""
    page = BeautifulSoup(
        markdown2html_mistune(markdown.replace("attachment:", "")), features="html.parser"
    )
    for link in page.find_all("a", class_="anchor-link"):
        link.decompose()
    return page.get_text() + " ".join(str(image.get("src")) for image in page.find_all("img"))


def _output(output: NotebookNode, kind: str) -> str:
    if "data" in output:
        # The graded copy has its HTML in another form, beside the same plain text.
        data: dict[str, Any] = output["data"]
        shown = {mime: text for mime, text in data.items() if kind == TEXT or "html" not in mime}
        return json.dumps(shown, sort_keys=True)
    if "text" in output:
        return output["text"]
    return f"{output.get('ename')} {output.get('evalue')}"
