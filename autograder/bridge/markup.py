"""A student's HTML and Markdown, made safe to show: formgrader and the feedback page print both.

An instructor reads a submission in a browser that is logged in to the gradebook. So what a
student's cell shows may carry text, tables and pictures, and nothing that acts.
"""

import functools
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.bridge import bounds
from autograder.bridge.cleaning import clean_html, is_harmless_url, without_sheets
from autograder.bridge.pasted import Allowance, Pictures

__all__ = ["SanitizeSubmission", "clean_html", "safe_markdown"]

SAFE_OUTPUTS = frozenset(
    # nbconvert shows the drawing as a picture, in which no script runs.
    ["text/plain", "text/latex", "image/png", "image/jpeg", "image/svg+xml"]
)
# Each language has a parser of its own for colouring; how long these take is known.
LANGUAGES = frozenset(["bash", "console", "json", "pycon", "py", "python", "python3", "sh", "text"])
CODE_BELOW = "# This cell's code stands below as plain text: colouring it would take too long."
BRACKET = "&#91;"
MOST_BRACKETS = 1_000_000
# Elements that are not closed are opened again in each that follows.
LONGEST_CLEANED = 3 * bounds.HTML
MOST_RENDERED = 8 * bounds.MARKDOWN
Attachments = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Look:
    """What a Markdown text renders to.

    Attributes:
        plain: whether nbconvert may render the text as it is.
        images: the addresses of its pictures.
        block: its cleaned rendering as HTML that Markdown takes as it is; "" where it has none.
    """

    plain: bool
    images: tuple[str, ...]
    block: str


def safe_markdown(
    source: str,
    attachments: Attachments,
    folder: Path | None = None,
    allowance: Allowance | None = None,
) -> str:
    """Markdown that renders to nothing that acts.

    Plain Markdown comes back as it was written. Where it holds HTML, or a picture that nbconvert
    would not show, its cleaned rendering comes back; where even that does not settle, the text as
    it was typed, as a block of code.

    Args:
        source: the student's Markdown.
        attachments: the pictures of the cell, by name and type.
        folder: the submission, for pictures that are files beside the notebook.
        allowance: how much room the notebook's page has left for pictures.
    """
    pictures = Pictures(attachments, folder, allowance)
    hidden = pictures.hide(source)
    look = _look(hidden)
    if look is not None and look.plain and pictures.shown_by_stock(look.images):
        return source
    if look is not None and look.block:
        shown = pictures.show(look.block)
        return shown.replace("[", BRACKET) if _has_slow_brackets(shown) else shown
    return f"{_verbatim(pictures.in_words(hidden))}\n\n{pictures.all()}".rstrip()


@functools.lru_cache(maxsize=4096)  # A class's notebooks are mostly the same.
def _look(source: str) -> Look | None:
    """What a text renders to; None where that takes too long or fails."""
    if not bounds.is_quick_markdown(source):
        return None
    try:
        renderer = _Renderer(escape=False)
        rendered = _render(source, renderer)
        if len(rendered) > MOST_RENDERED:
            return None
        images = tuple(renderer.images)
        ordinary = renderer.ordinary and not _has_slow_brackets(rendered)
        plain = ordinary and rendered == _render(source, _Renderer(escape=True))
        return Look(plain, images, "" if plain and not images else _block(rendered))
    except Exception:
        # Any text can come, and mistune may raise on it.
        return None


def _block(rendered: str) -> str:
    """The cleaned rendering, if Markdown takes it as it is."""
    if len(rendered) > bounds.HTML:
        return ""
    block = re.sub(r"\n\s*\n", "\n", f"<div>\n{clean_html(rendered)}\n</div>")
    shown = _render(block, _Renderer(escape=False)).strip()
    settled = shown == block == clean_html(shown) and len(block) <= LONGEST_CLEANED
    return block if settled else ""


class SanitizeSubmission(Preprocessor):
    """Make what a notebook shows safe, and leave formulas, quotations and tables as they are.

    nbconvert's own `SanitizeHTML` escapes every `<`, `>` and `&` of a Markdown cell before it is
    rendered, which breaks formulas, code and quotations, and lets `[a](javascript:...)` through.
    """

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Make every cell safe; raw cells, which pages would print as they are, become text."""
        path = resources.get("metadata", {}).get("path")
        page = _Page(Path(path) if path else None)
        nb.cells = [page.cell(cell) for cell in nb.cells]
        return nb, resources


class _Page:
    """One notebook's page, and how much of it the parsers have been given."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._allowance = Allowance()
        self._left = {
            "markdown": bounds.MARKDOWN_IN_ALL,
            "code": bounds.CODE_IN_ALL,
            "html": bounds.HTML_IN_ALL,
        }

    def cell(self, cell: NotebookNode) -> NotebookNode:
        """The cell, safe."""
        if cell.cell_type == "markdown":
            source = self._markdown(cell.source, cell.get("attachments", {}))
            if source != cell.source:
                cell.source = source
                cell.pop("attachments", None)
            return cell
        if cell.cell_type == "raw":
            return new_markdown_cell(_verbatim(cell.source))
        for output in cell.outputs:
            if "data" in output:
                self._output(output)
        if not self._fits("code", cell.source) or not bounds.is_quick_code(cell.source):
            text = bounds.cut(cell.source, bounds.SHOWN)
            cell.outputs.insert(0, new_output("stream", name="stdout", text=text))
            cell.source = CODE_BELOW
        return cell

    def _output(self, output: NotebookNode) -> None:
        data = output.data
        if "text/markdown" in data:
            settled = self._markdown(data.pop("text/markdown"), {})
            data["text/html"] = _render(settled, _Renderer(escape=False))
        elif "text/html" in data:
            pictures = Pictures({}, self._folder, self._allowance)
            hidden = pictures.hide(without_sheets(data["text/html"]))
            fits = len(hidden) <= bounds.HTML and self._fits("html", hidden)
            cleaned = clean_html(hidden) if fits else ""
            if fits and len(cleaned) <= LONGEST_CLEANED:
                data["text/html"] = pictures.show(cleaned)
            else:
                del data["text/html"]
                note = f"[{len(hidden):,} characters of HTML left out: too many to show]"
                data["text/plain"] = f"{note}\n{data.get('text/plain', '')}"
        for kind in set(data) - SAFE_OUTPUTS - {"text/html"}:
            del data[kind]

    def _markdown(self, source: str, attachments: Attachments) -> str:
        if not self._fits("markdown", source[: bounds.MARKDOWN]):
            source, attachments = _verbatim(source), {}
        return safe_markdown(source, attachments, self._folder, self._allowance)

    def _fits(self, kind: str, text: str) -> bool:
        """Whether there is room for a text; if so, it is taken."""
        fits = len(text) <= self._left[kind]
        self._left[kind] -= len(text) if fits else 0
        return fits


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, which shows no picture and notes what needs a look.

    Attributes:
        images: the addresses of the pictures.
        ordinary: whether all links are harmless and all code is in a well-known language.
    """

    def __init__(self, escape: bool) -> None:
        super().__init__(escape=escape)
        self.images: list[str] = []
        self.ordinary = True

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link."""
        self.ordinary &= is_harmless_url("a", html.unescape(url))
        return super().link(text, url, title)

    def _embed_image_or_attachment(self, src: str) -> str:
        self.images.append(src)
        self.ordinary &= is_harmless_url("img", html.unescape(src))
        return src

    def block_code(self, code: str, info: str | None = None) -> str:
        """A block of code."""
        language = (info or "").split(maxsplit=1)[:1]
        if not language or language[0] in LANGUAGES or language[0].startswith("mermaid"):
            return super().block_code(code, info)
        self.ordinary = False
        return super().block_code(code)

    def block_mermaidjs(self, code: str) -> str:
        """A diagram's text, which nbconvert prints as it is."""
        return super().block_mermaidjs(html.escape(code) if self._escape else code)


def _render(source: str, renderer: _Renderer) -> str:
    """The page's HTML for a Markdown text."""
    return MarkdownWithMath(renderer=renderer).render(source)


def _verbatim(source: str) -> str:
    """The text as it was typed, as a block of code."""
    source = bounds.cut(source, bounds.SHOWN)
    if _has_slow_brackets(source):
        lines = html.escape(source).replace("[", BRACKET).replace("\n", "&#10;")
        return f"<div>\n<pre>{lines}</pre>\n</div>"
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{source}\n{fence}"


def _has_slow_brackets(text: str) -> bool:
    """Whether nbconvert, which looks for `[words](files/` in every page, would look for long."""
    return ("](" in text and bool(re.search(r"\]\(/?files/", text))) or any(
        line.count("[") * len(line) > MOST_BRACKETS for line in text.split("\n")
    )
