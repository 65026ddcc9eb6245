"""A student's HTML and Markdown, made safe to show: formgrader and the feedback page print both.

An instructor reads a submission in a browser that is logged in to the gradebook. So what a
student's cell shows may carry text, tables and pictures, and nothing that acts.
"""

import functools
import html
import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell

TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "center",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
ATTRIBUTES = {
    "a": ("href", "title"),
    "img": ("src", "alt", "title", "width", "height"),
    "td": ("colspan", "rowspan", "align"),
    "th": ("colspan", "rowspan", "align", "scope"),
    "col": ("span",),
    "font": ("color",),
    "ol": ("start",),
    "details": ("open",),
}
STYLES = [
    "color",
    "background-color",
    "font-weight",
    "font-style",
    "font-family",
    "font-size",
    "text-align",
    "text-decoration",
    "white-space",
    "word-break",
    "vertical-align",
    "margin",
    "margin-left",
    "margin-right",
    "margin-top",
    "margin-bottom",
    "padding",
    "padding-left",
    "padding-right",
    "padding-top",
    "padding-bottom",
    "border",
    "border-left",
    "border-right",
    "border-top",
    "border-bottom",
    "border-color",
    "border-collapse",
    "border-radius",
    "width",
    "max-width",
    "height",
    "overflow-x",
]
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
LINK = re.compile(r"(?:https?://|mailto:|#)[^\x00-\x20]*", re.IGNORECASE)
FILE = re.compile(r"[\w%. -]+(?:/[\w%. -]+)*")
LONGEST_MARKDOWN = 50_000

_css = CSSSanitizer(allowed_css_properties=STYLES)


def _is_harmless_url(tag: str, url: str) -> bool:
    """Whether a link only leads somewhere, or a picture only shows."""
    if tag == "img":
        remote = url.lower().startswith("https://") and LINK.fullmatch(url)
        return bool(PICTURE.fullmatch(url) or remote or (FILE.fullmatch(url) and ".." not in url))
    return bool(LINK.fullmatch(url) or (FILE.fullmatch(url) and ".." not in url))


def _is_allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay, as bleach asks it."""
    if name in ("href", "src"):
        return name in ATTRIBUTES.get(tag, ()) and _is_harmless_url(tag, html.unescape(value))
    return name == "style" or name in ATTRIBUTES.get(tag, ())


@functools.lru_cache(maxsize=4096)  # A class's notebooks are mostly the same.
def clean_html(markup: str) -> str:
    """HTML of which only text, tables, pictures and plain links are left.

    What is not allowed is shown as the text it was written in.
    """
    return bleach.clean(
        markup,
        tags=TAGS,
        attributes=_is_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=_css,
    )


def safe_markdown(source: str, attachments: dict[str, dict[str, str]]) -> str:
    """Markdown that renders to nothing that acts.

    Plain Markdown comes back as it was written. Where it holds HTML, its cleaned rendering
    comes back; where even that does not settle, the text as it was typed, as a block of code.

    Args:
        source: the student's Markdown.
        attachments: the pictures of the cell, by name and type.
    """
    return _settled(source, attachments) if attachments else _settled_alone(source)


@functools.lru_cache(maxsize=4096)
def _settled_alone(source: str) -> str:
    return _settled(source, {})


def _settled(source: str, attachments: dict[str, dict[str, str]]) -> str:
    if len(source) > LONGEST_MARKDOWN:
        return _verbatim(source)
    try:
        rendered = _render(source, attachments, escape=False)
        if rendered == _render(source, attachments, escape=True) and _has_harmless_urls(rendered):
            return source
        block = re.sub(r"\n\s*\n", "\n", f"<div>\n{clean_html(rendered)}\n</div>")
        shown = _render(block, {}, escape=False).strip()
        return block if shown == block == clean_html(shown) else _verbatim(source)
    except Exception:
        # nbconvert raises on a picture that is not there, and mistune may on anything.
        return _verbatim(source)


class SanitizeSubmission(SanitizeHTML):
    """nbconvert's `SanitizeHTML`, which leaves formulas, quotations and tables as they are.

    Stock escapes every `<`, `>` and `&` of a Markdown cell before it is rendered, which breaks
    formulas, code and quotations, and lets `[a](javascript:...)` through.
    """

    enabled = True
    safe_output_keys = {"metadata", "text/plain", "text/latex", "image/png", "image/jpeg"} | {
        "image/svg+xml"  # nbconvert shows it as a picture, in which no script runs
    }

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Make every cell safe; raw cells, which pages would print as they are, become text."""
        nb.cells = [
            new_markdown_cell(_verbatim(cell.source)) if cell.cell_type == "raw" else cell
            for cell in nb.cells
        ]
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Make one cell safe."""
        if cell.cell_type == "markdown":
            cell.source = safe_markdown(cell.source, cell.get("attachments", {}))
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)

    def sanitize_code_outputs(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """Make a code cell's outputs safe."""
        for output in outputs:
            if "text/markdown" in output.get("data", {}):
                markdown = safe_markdown(output.data["text/markdown"], {})
                output.data["text/html"] = _render(markdown, {}, escape=False)
                del output.data["text/markdown"]
        return super().sanitize_code_outputs(outputs)

    def sanitize_html_tags(self, html_str: str) -> str:
        """An output's HTML of which only what shows is left; a table's style sheet is not text."""
        return clean_html(re.sub(r"(?is)<(style|script)\b.*?</\1\s*>", "", html_str))


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, with diagrams held to the same rule as HTML."""

    def block_mermaidjs(self, code: str) -> str:
        """A diagram's text, which nbconvert prints as it is."""
        return super().block_mermaidjs(html.escape(code) if self._escape else code)


def _render(source: str, attachments: dict[str, dict[str, str]], *, escape: bool) -> str:
    """The page's HTML for a Markdown text, with HTML inside it as it is or escaped."""
    renderer = _Renderer(escape=escape, attachments=attachments)
    return MarkdownWithMath(renderer=renderer).render(source)


def _has_harmless_urls(rendered: str) -> bool:
    soup = BeautifulSoup(rendered, features="html.parser")
    return all(
        _is_harmless_url(tag.name, str(tag[name]))
        for tag in soup.find_all(True)
        for name in ("href", "src")
        if tag.has_attr(name)
    )


def _verbatim(source: str) -> str:
    """The text as it was typed, as a block of code."""
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{source}\n{fence}"
