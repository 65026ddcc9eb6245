"""A student's page of feedback: what it shows, and how it is written.

`nbgrader generate_feedback` and `vitcourse feedback` both make it with these.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.utils import is_solution

from autograder.bridge.formulas import Formulas
from autograder.bridge.marked import is_note
from autograder.bridge.marks import final_score, waits
from autograder.checking.assignments import STAGES

LARGEST_PICTURE = 2_000_000


class ShowMarks(Preprocessor):
    """Put the gradebook's marks and comments into the notebook, and take the marker's notes out.

    nbgrader's own base class would warn on every page of a setting that it does not let one make.
    """

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Prepare one page."""
        about = resources["nbgrader"]
        nb.cells = [cell for cell in nb.cells if not is_note(cell)]
        with Gradebook(about["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
            rows = _mark(nb, found)
            about["rows"] = rows
            about["waiting"] = sum(row["waits"] for row in rows)
            about["late_penalty"] = found.late_submission_penalty or 0
            about["score"] = final_score(found)
            about["max_score"] = found.max_score
        return nb, resources


def _mark(nb: NotebookNode, found: SubmittedNotebook) -> list[dict[str, Any]]:
    """Write each cell's mark and comment into it; returns the rows of those with points."""
    grades = {grade.name: grade for grade in found.grades}
    comments = {comment.name: comment.comment for comment in found.comments}
    rows = []
    question = ""
    for cell in nb.cells:
        cell.metadata["alt"] = "What the code above drew"
        about = cell.metadata.get("nbgrader", {})
        name = about.get("grade_id")
        if name in grades or name in comments:
            label = STAGES[name].title if name in STAGES else question or name
            row = {
                "name": name,
                "label": label,
                "title": f"Stage: {label}" if name in STAGES else f"Your answer to: {label}",
                "commented": bool(comments.get(name)),
                "counts": name in grades,
                "waits": False,
                "given": True,
            }
            if name in grades:
                grade = grades[name]
                row["waits"] = waits(grade)
                row["given"] = grade.auto_score is not None or grade.manual_score is not None
                row["score"], row["max_score"] = grade.score, grade.max_score
                row["extra"] = grade.extra_credit
                row["overruled"] = not is_solution(cell) and grade.manual_score is not None
                rows.append(row)
            about["row"], about["comment"] = row, comments.get(name)
        elif name:
            first_line = cell.source.strip().partition("\n")[0]
            question = re.sub(r"\s*\(\d+ points?\)$", "", first_line.lstrip("# "))
    return rows


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter, for a page that needs no other file and no network."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert one notebook.

        nbconvert's own method parses the finished page once more, which takes most of its time.
        """
        self._formulas = Formulas()
        resources = self._init_resources(resources)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """The filters of the template."""
        yield from super().default_filters()
        yield "highlight_code", _highlight
        yield "latex2html", lambda latex: self._formulas.show_output(latex)

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """A cell's Markdown, or a comment's, as HTML."""
        renderer = _Renderer(
            self._formulas,
            attachments=context.get("cell", {}).get("attachments", {}),
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
        )
        try:
            return MarkdownWithMath(renderer=renderer).render(source)
        except Exception:
            # Such as a picture that is not there: nbconvert raises, and the page has to be written.
            return f"<pre>{html.escape(source)}</pre>"


@functools.lru_cache(maxsize=4096)  # A class's notebooks are mostly the same.
def _highlighted(source: str) -> str:
    return str(Highlight2HTML(pygments_lexer="python")(source))


def _highlight(source: str, metadata: dict[str, Any] | None = None) -> str:
    """A cell's code in colours; what a cell says of its language does not count."""
    return _highlighted(source)


class _Renderer(IPythonRenderer):
    """Markdown with formulas as MathML and pictures as part of the page."""

    def __init__(self, formulas: Formulas, **kw: Any) -> None:
        super().__init__(escape=False, embed_images=True, exclude_anchor_links=True, **kw)
        self._formulas = formulas

    def inline_math(self, body: str) -> str:
        """A formula in a sentence."""
        return self._formulas.show(body, f"${body}$", block=False)

    def block_math(self, body: str) -> str:
        """A formula in a line of its own."""
        return self._formulas.show(body, f"$${body}$$", block=True)

    def latex_environment(self, name: str, body: str) -> str:
        """A LaTeX environment."""
        typed = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._formulas.show(typed, typed, block=True)

    def block_html(self, html: str) -> str:
        """HTML in Markdown, which may hold formulas."""
        return self._formulas.show_in_html(super().block_html(html))

    def block_mermaidjs(self, code: str) -> str:
        """A diagram's text: only a script could draw it."""
        return f"<pre>{html.escape(code)}</pre>"

    def _src_to_base64(self, src: str) -> str | None:
        """A picture that was handed in beside the notebook."""
        path = Path(self.path, src)
        is_small = path.is_file() and path.stat().st_size <= LARGEST_PICTURE
        return super()._src_to_base64(src) if is_small and not path.is_symlink() else None
