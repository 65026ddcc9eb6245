"""Hostile contents of a notebook, and what in a page would act."""

from __future__ import annotations

import html
import re

from bs4 import BeautifulSoup
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

ACT = "document.documentElement.dataset.acted='yes'"
ACTING_TAGS = frozenset(
    [
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "button",
        "input",
        "link",
        "meta",
        "base",
        "svg",
        "math",
        "style",
    ]
)

HTML_PAYLOADS = [
    f"<script>{ACT}</script>",
    f'<img src=x onerror="{ACT}">',
    f'<svg/onload="{ACT}">',
    f'<details open ontoggle="{ACT}">x</details>',
    f'<a href="javascript:{ACT}">x</a>',
    f'<a href="java&#x09;script:{ACT}">x</a>',
    f'<a href="\x01javascript:{ACT}">x</a>',
    f'<a href="data:text/html,<script>{ACT}</script>">x</a>',
    f'<iframe srcdoc="<script>parent.{ACT}</script>"></iframe>',
    "<form action=/x><button>x</button></form>",
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={ACT}'
    '&gt;">',
    f'<noscript><p title="</noscript><img src=x onerror={ACT}>">',
    f"<script>{ACT}//",
    "<meta http-equiv=refresh content='0;url=javascript:1'>",
    '<div style="background:url(javascript:1);position:fixed;top:0;z-index:9">x</div>',
]

MARKDOWN_PAYLOADS = [
    f"[x](javascript:{ACT})",
    f"[x](JaVaScRiPt:{ACT})",
    f"[x](<java\tscript:{ACT}>)",
    f"[x]\n\n[x]: javascript:{ACT}",
    f"<javascript:{ACT}>",
    f'![x](x"onerror="{ACT})',
    f'[x](data:text/html;base64,PHNjcmlwdD4= "t" onmouseover={ACT})',
    f"```mermaid\n</pre><script>{ACT}</script>\n```",
    f'```x"><script>{ACT}</script>\nx\n```',
    f"$</script><script>{ACT}</script>$",
    f'# head <img src=x onerror="{ACT}">',
    f'<!-- --><img src=x onerror="{ACT}">',
    f'<div>\n\n<img src=x\nonerror="{ACT}">\n\n</div>',
    "an open <!-- comment",
    'an open <a title="',
]


def hostile_notebook() -> NotebookNode:
    """A notebook with every payload in every place that a page shows."""
    numbered = [f"markdown {n}\n\n{text}" for n, text in enumerate(MARKDOWN_PAYLOADS)]
    cells = [new_markdown_cell(text) for text in (*numbered, *HTML_PAYLOADS)]
    cells += [new_raw_cell(text) for text in HTML_PAYLOADS]
    outputs = [new_output("display_data", {"text/html": text}) for text in HTML_PAYLOADS]
    outputs += [new_output("display_data", {"text/markdown": text}) for text in MARKDOWN_PAYLOADS]
    outputs += [
        new_output("display_data", {kind: f"<script>{ACT}</script>"})
        for kind in ("image/svg+xml", "text/latex", "text/plain", "image/png")
    ]
    outputs += [
        new_output("display_data", {"application/javascript": ACT}),
        new_output("stream", text=f"<script>{ACT}</script>"),
        new_output("error", ename="<script>", evalue=ACT, traceback=[f"<script>{ACT}</script>"]),
    ]
    cells.append(new_code_cell(f"# </pre><script>{ACT}</script>", outputs=outputs))
    return new_notebook(cells=cells)


def acting_parts(page: str) -> list[str]:
    """What in a page acts by itself or when it is clicked, but for the page's own head."""
    soup = BeautifulSoup(page, features="html.parser")
    if soup.head is not None:
        soup.head.decompose()
    found = []
    for tag in soup.find_all(True):
        if tag.name in ACTING_TAGS and "formgrader" not in str(tag) and "tooltip" not in str(tag):
            found.append(str(tag)[:200])
        for name, value in tag.attrs.items():
            address = re.sub(r"[\x00-\x20]", "", html.unescape(str(value))).lower()
            own = "toggle_name" in address
            if (name.startswith("on") and not own) or address.startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                found.append(f"{tag.name} {name}={value}"[:200])
            if name == "style" and ("url(" in address or "position" in address):
                found.append(f"{tag.name} {name}={value}"[:200])
    return found
