"""No parser is busy for long, whatever a student's notebook holds.

Times are of the processor, so that a busy machine changes them little.
"""

from __future__ import annotations

import html
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from realistic_pages import page_of, shown_part

from autograder.bridge import bounds
from autograder.bridge.cleaning import clean_html, without_sheets
from autograder.bridge.markup import SanitizeSubmission, safe_markdown
from autograder.bridge.outputs import CapOutputs
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.submission import Problem, inspect
from autograder.checking.assignments import HOMEWORK

SECONDS = 2.0  # a second, and as much again for a machine that is slower than ours

# One piece a blank; `_` stands for a blank in a piece, `\n` for the end of a line.
MARKDOWN = r"""
[ ] [] [a]( ![ [a][ *a_ * _a **a*_ *_ a**b `a ` $ $a $$_ <!-- <a_ <a_<a_ <a_b=" < <![CDATA[ <?
& &amp &# > >_ >_a\n -_ -_a\n 1._ |a |a|\n|-|\n a|b\n-|-\n ~~a_ # #_a\n a\n=\n _ \n \n_ ```\n ~~~\n
a\n:_b\n http://a http://a.b/_ <a@ \ <div> <div>\n\n <script> ( [a](< [a](b_" [a\n ***\n [^1] a__\n
| <b> <img_src=x> ![a](attachment:b) -_[x]_a\n \\[ \\( \begin{a} \begin{ [a]:_b\n [a][a] ](files/ x
"""
HTML = r"""
<style> <div> <dl><dd> <ul><li> <pre> <details> &amp; < <a_b=" <a <a<a<a <font_a=1_ <!-- <!--_-->
<a_title=">" <table>x <div><table></div></table> <p_style="color:red;a:b"> <p_style=" <b><p> <b><hr>
<h1><b> &# </div> <svg><g> <math><mi> <template> <select> <plaintext> <textarea> <summary> [ a
<script></style>
"""
CODE = r'''
\n_ _ * a. *_ 1. ? % %%perl\n %%html\n< ( \ """ """a f"{ def_f( @a 0x a
'''


def pieces(listed: str) -> list[str]:
    """The pieces of a list above, as they are repeated."""
    return [
        piece.replace(r"\n", "\n")
        if piece == "*_"
        else piece.replace("_", " ").replace(r"\n", "\n")
        for piece in listed.split()
    ]


def repeated(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def page(*cells: object) -> str:
    notebook = new_notebook(cells=list(cells))
    notebook = CapOutputs().preprocess(notebook, {})[0]
    return page_of(SanitizeSubmission().preprocess(notebook, {})[0])


@pytest.mark.slow
def test_markdown_is_shown_soon() -> None:
    slow = {}
    for written in pieces(MARKDOWN):
        text = f"x {repeated(written, bounds.MARKDOWN - 3)}"
        if (took := seconds(lambda text=text: page(new_markdown_cell(text)))) > SECONDS:
            slow[written] = took
    assert slow == {}


@pytest.mark.slow
def test_html_is_shown_soon() -> None:
    slow = {}
    for written in pieces(HTML):
        for end in ("", ">"):
            text = repeated(written, bounds.HTML - 1) + end
            cell = new_code_cell(outputs=[new_output("display_data", {"text/html": text})])
            if (took := seconds(lambda cell=cell: page(cell))) > SECONDS:
                slow[written + end] = took
    assert slow == {}


@pytest.mark.slow
def test_code_is_shown_soon() -> None:
    slow = {}
    for written in pieces(CODE):
        text = repeated(written, bounds.CODE - 1)
        if (took := seconds(lambda text=text: page(new_code_cell(text)))) > SECONDS:
            slow[written] = took
    assert slow == {}


@pytest.mark.parametrize("written", ["<style>", "<div>", '<a b="', "<a<a", "<!--", "<b><hr>", "<"])
def test_sanitising_takes_twice_as_long_for_twice_as_much(written: str) -> None:
    def once(size: int) -> float:
        text = repeated(written, size) + ">"
        return seconds(lambda: clean_html.__wrapped__(without_sheets(text)))

    once(1_000)
    small, large = (statistics.median(once(size) for _ in range(5)) for size in (50_000, 100_000))
    assert large < 2.5 * small + 0.02


def test_what_stalled_for_minutes_takes_no_second() -> None:
    output = new_output("display_data", {"text/html": "<style>" * 23_000})
    assert seconds(lambda: page(new_code_cell(outputs=[output]))) < SECONDS


def test_outputs_of_escapes_and_formulas_are_shown_soon() -> None:
    outputs = [
        new_output("stream", text="\x1b[1m" * 50_000),
        new_output("stream", text="\x1b[38;5;9ma" * 50_000),
        new_output("stream", text="\x1b[" + "1;" * 50_000),
        new_output("error", ename="", evalue="", traceback=["\x1b[0m"] * 50_000),
        new_output("display_data", {"text/latex": "$" * 100_000, "text/plain": ""}),
        new_output("display_data", {"image/svg+xml": "<svg>" * 100_000}),
        *[new_output("stream", text="\x1b[1ma" * 4_000) for _ in range(200)],
    ]
    assert seconds(lambda: page(new_code_cell(outputs=outputs))) < 4 * SECONDS


def test_a_notebook_of_many_long_cells_is_bounded_in_all() -> None:
    cells = [new_markdown_cell("*a_" * 6_000) for _ in range(40)]
    cells += [new_code_cell("a." * 200 + "\n" + "x = 1\n" * 4_000) for _ in range(40)]
    shown = page(*cells)
    assert "colouring it would take too long" in shown
    assert shown.count("<code>*a_") > 20


def test_references_do_not_multiply_a_long_address() -> None:
    source = f"[a]: https://x.org/{'y' * 9_000}\n\n" + "[a]" * 3_500
    assert len(safe_markdown(source, {})) < 100_000
    assert "[a][a]" in html.unescape(safe_markdown(source, {}))


@pytest.mark.parametrize(
    "source",
    ["[" * 3_000 + "](files/" * 800, "```\n" + "[" * 90_000, "`" + "[" * 19_000 + "`"],
)
def test_brackets_do_not_stall_the_search_for_files(source: str) -> None:
    assert seconds(lambda: page(new_markdown_cell(source))) < SECONDS
    text = re.sub(r"\s", "", shown_part(page(new_markdown_cell(source))))
    assert text.count("[") + text.count("&#91;") >= 3_000


CELL = '{"cell_type": "code", "source": "x", "outputs": [%s]}'


def notebook(cells: str) -> str:
    return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}'


REFUSED = {
    "brackets": (notebook("[]," * 7_000_000 + "[]"), "values"),
    "strings": (notebook('"",' * 5_000_000 + '""'), "values"),
    "deep": (notebook("[" * 200 + "]" * 200), "nested deeper than 100"),
    "cells": (notebook(",".join(["{}"] * 2_001)), "2,001 cells"),
    "escapes": (notebook('"' + "\\n" * 3_000_000 + '"'), "special characters"),
    "digits": (notebook("9" * 5_000_000), "a number or a blank"),
    "blanks": (notebook(" " * 5_000_000), "a number or a blank"),
    "an endless string": (notebook('"' + '\\"' * 900_000), "JSONDecodeError"),
    "a long integer": (notebook(CELL % "" + "," + "9" * 5_000), "4300 digits"),
    "large": (" " * (bounds.NOTEBOOK_BYTES + 1), "32 MB is the most that is read: clear its"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_notebook_beyond_a_bound_is_refused_soon_and_says_why(name: str, tmp_path: Path) -> None:
    text, why = REFUSED[name]
    (tmp_path / HOMEWORK.notebook).write_text(text)
    with pytest.raises(UnreadableNotebookError, match=why):
        read_notebook(tmp_path / HOMEWORK.notebook)
    assert seconds(lambda: inspect(tmp_path, HOMEWORK)) < SECONDS
    found = inspect(tmp_path, HOMEWORK)
    assert found.problem is Problem.UNREADABLE
    assert why in found.summary(HOMEWORK.notebook)


STREAM = '{"output_type": "stream", "text": "a"}'
ACCEPTED = {
    "cells": notebook(",".join([CELL % STREAM] * 1_900)),
    "outputs": notebook(CELL % ",".join([STREAM] * 30_000)),
    "lines": notebook(
        CELL % '{"output_type": "stream", "text": [%s]}' % ",".join(['"a"'] * 140_000)
    ),
    "traceback": notebook(
        CELL % '{"output_type": "error", "traceback": [%s]}' % ",".join(['"a"'] * 140_000)
    ),
    "metadata": notebook(json.dumps({"metadata": {f"k{n}": 1 for n in range(99_000)}})),
    "attachments": notebook(
        json.dumps({"attachments": {f"k{n}": {"image/png": "AAAA"} for n in range(30_000)}})
    ),
    "NaN, twice": notebook('{"execution_count": NaN, "source": 1, "source": 2}'),
    "a large integer": notebook('{"cell_type": "code", "execution_count": %s}' % ("9" * 4_000)),
    "an old format": json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": ""},
            "worksheets": [{"cells": [{"cell_type": "code", "input": "x", "outputs": []}] * 1_900}],
        }
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_notebook_within_the_bounds_is_read_soon(name: str, tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(ACCEPTED[name])
    assert seconds(lambda: read_notebook(path)) < SECONDS
    assert read_notebook(path).cells


def test_outputs_beyond_the_bound_are_counted_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(ACCEPTED["outputs"])
    (cell,) = read_notebook(tmp_path / "n.ipynb").cells
    assert len(cell.outputs) == bounds.OUTPUTS + 1
    assert "29,000 more outputs left out" in cell.outputs[-1].text


def test_twenty_megabytes_of_pictures_are_read(tmp_path: Path) -> None:
    picture = '{"output_type": "display_data", "data": {"image/png": "%s"}}' % ("A" * 1_400_000)
    (tmp_path / "n.ipynb").write_text(notebook(",".join([CELL % picture] * 20)))
    assert seconds(lambda: read_notebook(tmp_path / "n.ipynb")) < SECONDS
    cells = read_notebook(tmp_path / "n.ipynb").cells
    assert sum(len(output.data["image/png"]) for c in cells for output in c.outputs) == 28_000_000


MEASURE = """
import resource, sys
from pathlib import Path
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_notebook(Path(sys.argv[1]))
except UnreadableNotebookError:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
HEAVY = {
    "brackets": lambda: (notebook("[]," * 7_000_000 + "[]"), 60),
    "one wide character": lambda: (
        notebook(CELL % ('{"output_type": "stream", "text": "\U0001f600%s"}' % ("a" * 31_900_000))),
        500,
    ),
    "wide characters": lambda: (
        notebook(CELL % ('{"output_type": "stream", "text": "%s"}' % ("\U0001f600" * 7_900_000))),
        250,
    ),
    "values": lambda: (notebook(",".join(["[1.5]"] * 74_000)), 120),
}


@pytest.mark.parametrize("name", HEAVY)
def test_reading_costs_less_than_half_a_gigabyte(name: str, tmp_path: Path) -> None:
    text, megabytes = HEAVY[name]()
    path = tmp_path / "n.ipynb"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < megabytes
