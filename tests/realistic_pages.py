"""Notebooks as students write them, one for each kind of thing that a page shows.

What the sanitiser before this one made of them is kept in `fixtures/pages_before.json`: run
`python tests/realistic_pages.py` on a tree to write it again.
"""

from __future__ import annotations

import base64
import functools
import json
import struct
import sys
import zlib
from pathlib import Path

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers

BEFORE = Path(__file__).parent / "fixtures" / "pages_before.json"


def png(width: int, height: int, colour: tuple[int, int, int] = (30, 110, 60)) -> str:
    """A picture of one colour, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def shown(**data: str) -> NotebookNode:
    """A code cell with one output; a kind's slash is written as two underscores."""
    bundle = {kind.replace("__", "/").replace("svg", "svg+xml"): v for kind, v in data.items()}
    return new_code_cell("show()", outputs=[new_output("display_data", bundle)])


FRAME = """<div>
<style scoped>
    .dataframe tbody tr th:only-of-type {
        vertical-align: middle;
    }

    .dataframe thead th {
        text-align: right;
    }
</style>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: right;">
      <th></th>
      <th>patch size</th>
      <th>accuracy</th>
    </tr>
  </thead>
  <tbody>
    <tr>
      <th>0</th>
      <td>4</td>
      <td>0.614</td>
    </tr>
    <tr>
      <th>1</th>
      <td>8</td>
      <td>NaN</td>
    </tr>
  </tbody>
</table>
<p>2 rows × 2 columns</p>
</div>"""
STYLER = """<style type="text/css">
#T_1_row0_col0 {
  background-color: #440154;
  color: #f1f1f1;
}
</style>
<table id="T_1">
  <caption>Runs</caption>
  <thead>
    <tr>
      <th class="blank level0" >&nbsp;</th>
      <th colspan="2">loss</th>
    </tr>
  </thead>
  <tbody>
    <tr>
      <th id="T_1_level0_row0">vit</th>
      <td id="T_1_row0_col0">1.23</td>
      <td align="right">0.4 &lt; 0.5</td>
    </tr>
  </tbody>
</table>
"""
FONTS = "font-family:Menlo,'DejaVu Sans Mono',consolas,'Courier New',monospace"
RICH = f"""<pre style="white-space:pre;overflow-x:auto;line-height:normal;{FONTS}">┏━━━━━━━┳━━━━━━┓
┃<span style="font-weight: bold"> epoch </span>┃ <span style="color: #008080; \
text-decoration-color: #008080; font-weight: bold">loss</span> ┃
┡━━━━━━━╇━━━━━━┩
│     1 │ 2.30 │
└───────┴──────┘
</pre>
"""
CURVE = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="220pt" height="120pt"
 viewBox="0 0 220 120" xmlns="http://www.w3.org/2000/svg" version="1.1">
 <defs>
  <style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
 </defs>
 <path d="M 10 110 L 60 60 L 120 35 L 210 20" style="fill: none; stroke: #1f77b4"/>
 <text x="90" y="112" style="font: 10px sans-serif">epoch</text>
</svg>
"""
MATHML = """<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mrow><mi>q</mi><mi>k</mi>
</mrow><msqrt><mi>d</mi></msqrt></mfrac></math>"""
BAR = """<table><tr><td>training</td><td><div style='width:300px; border:1px solid #888'>
<div style='width:60%; background-color:#4caf50; height:12px'>&nbsp;</div></div></td>
<td>60%</td></tr></table>"""
TRACE = [
    "\x1b[31m" + "-" * 75 + "\x1b[39m",
    "\x1b[31mValueError\x1b[39m                         Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\n\x1b[32m----> 1\x1b[39m f(x, 5)",
    "\x1b[31mValueError\x1b[39m: 32 is not divisible by 5 <here>",
]
TYPED = {
    "answers": """The **class token** "looks" at *every* patch & gathers; see Table 1 (a < b).

> Large scale training trumps
> inductive bias.

1. one
2. two
   - nested
   - more

---

End.""",
    "tables": """| patch | tokens | acc. |
|:--|--:|:-:|
| 4 | 64 | **61.4** |
| 8 | 16 | $x_1<2$ |
| 16 | 4 | `a`, ~~b~~ |""",
    "tasks": """- [x] read the paper
- [ ] train it
  - [ ] twice

Term
: what it means

~~struck~~""",
    "code": """# A title

## With `code` and *stress*

```python
def f(x):
    return x < 3  # <b>


f(2)
```

    indented <i>

```
plain & simple
```

~~~text
abc
~~~""",
    "formulas": r"""$softmax(q k^T / \sqrt{d}) v$ with $a<b$ & $x_1 * y_2 * z$:

$$\begin{aligned} a &< b \\ c &> d \end{aligned}$$

\begin{equation}
E = mc^2
\end{equation}

\\[ x \\]""",
    "links": """See <https://arxiv.org/abs/2010.11929>, [the paper](https://arxiv.org/abs 'ViT'),
https://example.org/a?b=c&d=e, [mail](mailto:a@b.org), [below](#end), [file](notes.md), [ref][r].

[r]: https://example.org/ref

[^1]: a footnote

With a note[^1].""",
    "html": """two<br>lines, x<sub>1</sub>, a<sup>2</sup>, <kbd>Ctrl</kbd>, <mark>marked</mark>

<details><summary>More</summary>

Hidden *text*.

</details>

<center><b>Middle</b></center>""",
    "styled html": """<div style="border: 1px solid #ccc; padding: 8px; background-color: #eef">
<h3 style="color:darkblue">Answer</h3>
<p align="center">It <font color="red">works</font>
<span style="font-size: 18px; text-decoration: underline">well</span>.</p>
<ol start="3"><li>three</li></ol></div>""",
    "html table": """<table>
<tr><th scope="col">a</th><th>b</th></tr>
<tr><td rowspan="2">1</td><td>2</td></tr>
<tr><td>3 &lt; 4 &amp; 5</td></tr>
</table>""",
    "tags as words": """The <cls> token, `<script>` and a Tensor<float>; x <y and <x> < 3,
<!-- unseen --> seen.

What <script>x = 1</script> does, and <svg width=3><path d='M0 0'/></svg>.""",
    "entities": "&lt;cls&gt; &copy; 2026 &amp; &alpha; &#x2713; — “quoted” …  \nsecond\\\nthird",
    "mermaid": "```mermaid\ngraph TD; A-->B;\n```",
}


def pages() -> dict[str, NotebookNode]:
    """The notebooks, by the name of what they show."""
    plot = {"image__png": png(300, 120), "text__plain": "<Figure size 640x480 with 1 Axes>"}
    picture = new_markdown_cell("A plot: ![p](attachment:p.png)")
    picture.attachments = {"p.png": {"image/png": png(60, 40)}}
    inline = f'<img src="data:image/png;base64,{png(50, 20)}" width="100" alt="a bar">'
    trace = new_output("error", ename="ValueError", evalue="5", traceback=TRACE)
    log = "\x1b[1;32mepoch 1\x1b[0m loss 2.3\n\x1b[38;5;208mepoch 2\x1b[0m loss < 2\n" * 3
    cells = {
        "data frame": shown(text__html=FRAME, text__plain="   patch size  accuracy"),
        "styler": shown(text__html=STYLER),
        "rich": shown(text__html=RICH, text__plain="epoch loss"),
        "svg output": shown(image__svg=CURVE),
        "plot": shown(**plot),
        "mathml output": shown(text__html=f"<p>So {MATHML} it is</p>"),
        "latex output": shown(text__latex="$\\displaystyle \\frac{a}{b} < 3$", text__plain="a/b"),
        "progress bar": shown(text__html=BAR, text__plain="60%|######    |"),
        "markdown output": shown(text__markdown="**bold** and\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        "picture in html": shown(text__html=f"<center>{inline}<br><i>Figure 1</i></center>"),
        "streams": new_code_cell("fit()", outputs=[new_output("stream", text=log), trace]),
        "pasted": picture,
        **{name: new_markdown_cell(text) for name, text in TYPED.items()},
    }
    for cell in cells.values():
        cell.id = "cell"
    return {name: new_notebook(cells=[cell]) for name, cell in cells.items()}


@functools.cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(template_name="formgrade", extra_template_basedirs=[handlers.template_path])


def page_of(notebook: NotebookNode) -> str:
    """formgrader's page of a notebook."""
    about = {"index": 0, "total": 1, "base_url": ""}
    return _exporter().from_notebook_node(notebook, resources=about)[0]


def shown_part(page: str) -> str:
    """What of formgrader's page is the notebook."""
    soup = BeautifulSoup(page, "html.parser")
    return str(soup.find(id="notebook-container"))


def sanitised(notebook: NotebookNode) -> str:
    """What formgrader shows of a notebook once it is graded."""
    from autograder.bridge.markup import SanitizeSubmission

    return shown_part(page_of(SanitizeSubmission().preprocess(notebook, {})[0]))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    BEFORE.parent.mkdir(exist_ok=True)
    found = {name: sanitised(notebook) for name, notebook in pages().items()}
    BEFORE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{BEFORE}: {len(found)} pages")
