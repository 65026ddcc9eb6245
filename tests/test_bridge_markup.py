"""What a student's HTML, Markdown and outputs may do in the browser of who reads them: nothing."""

from __future__ import annotations

import pytest
from bridge_pages import HTML_PAYLOADS, MARKDOWN_PAYLOADS, acting_parts, hostile_notebook
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers

from autograder.bridge.markup import SanitizeSubmission, clean_html, safe_markdown
from autograder.checking.execution.verdicts import StageReport, Status, Verdict
from autograder.checking.feedback.report import as_html

INNOCENT = [
    "Softmax of $q k^T / \\sqrt{d}$ with $a<b$, and `x < y && z > 1`.",
    '> quoted, with *stress* and "marks" & more\n\n- one\n- two',
    "| a | b |\n|---|---|\n| 1 | $x_1<2$ |",
    "See <https://arxiv.org/abs/2010.11929>, [the paper](https://arxiv.org/abs/2010.11929).",
    "```python\nif a < b:\n    print('<script>')\n```",
    "$$\\begin{aligned} a &< b \\\\ c &> d \\end{aligned}$$",
    "![curves](curves.png)",
]


@pytest.mark.parametrize("source", INNOCENT)
def test_markdown_without_html_stays_as_it_was_written(source: str) -> None:
    assert safe_markdown(source, {}) == source


def test_harmless_html_in_markdown_is_still_shown() -> None:
    shown = safe_markdown("two<br>lines, x<sub>1</sub> and **bold**", {})
    assert "two<br>lines, x<sub>1</sub> and <strong>bold</strong>" in shown


def test_a_text_about_tags_keeps_every_word() -> None:
    shown = safe_markdown("The <cls> token, and what <script>x = 1</script> does.", {})
    assert "&lt;cls&gt;" in shown
    assert "&lt;script&gt;x = 1&lt;/script&gt; does." in shown


def test_markdown_that_cannot_be_rendered_is_shown_as_it_was_typed() -> None:
    assert "![plot](attachment:gone.png)" in safe_markdown("![plot](attachment:gone.png)", {})


def test_a_pasted_picture_stays() -> None:
    attachments = {"p.png": {"image/png": "iVBORw0KGgo="}}
    assert safe_markdown("![p](attachment:p.png)", attachments) == "![p](attachment:p.png)"


@pytest.mark.parametrize("payload", HTML_PAYLOADS)
def test_nothing_in_cleaned_html_acts(payload: str) -> None:
    assert acting_parts(clean_html(payload)) == []


def test_tables_and_their_numbers_stay() -> None:
    table = '<table border="1"><tr><td style="color: red">0.93</td></tr></table>'
    assert '<td style="color: red;">0.93</td>' in clean_html(table)


def test_a_report_keeps_its_words_and_its_layout() -> None:
    verdict = Verdict("test_it", "vit", "It <b>works</b>.", 15, Status.FAILED, "got  <i>1</i>")
    report = as_html(StageReport("vit", (verdict,), ("A note.",)))
    cleaned = clean_html(report)
    soup, before = BeautifulSoup(cleaned, "html.parser"), BeautifulSoup(report, "html.parser")
    assert soup.get_text() == before.get_text()
    assert [tag.name for tag in soup.find_all(True)] == [tag.name for tag in before.find_all(True)]
    assert "white-space: pre-wrap" in cleaned


def test_pictures_stay_and_a_vector_drawing_becomes_one() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>acted()</script></svg>"
    cells = [
        new_code_cell(
            outputs=[
                new_output("display_data", {"image/png": "iVBORw0KGgo="}),
                new_output("display_data", {"image/svg+xml": svg}),
            ]
        )
    ]
    notebook, _ = SanitizeSubmission().preprocess(new_notebook(cells=cells), {})
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert "data:image/png;base64,iVBORw0KGgo=" in page
    assert "data:image/svg+xml;base64," in page
    assert "acted()" not in page


@pytest.mark.parametrize("template", ["formgrade", "classic"])
def test_no_payload_acts_in_a_whole_page(template: str) -> None:
    notebook, _ = SanitizeSubmission().preprocess(hostile_notebook(), {})
    exporter = HTMLExporter(
        template_name=template, extra_template_basedirs=[handlers.template_path]
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"index": 0, "total": 1})
    assert acting_parts(page) == []
    for number in range(len(MARKDOWN_PAYLOADS)):
        assert f"markdown {number}" in page


def test_the_payloads_would_act_without_us() -> None:
    exporter = HTMLExporter(template_name="classic")
    page, _ = exporter.from_notebook_node(hostile_notebook())
    assert len(acting_parts(page)) >= len(HTML_PAYLOADS)
