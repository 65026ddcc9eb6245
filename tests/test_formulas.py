"""Formulas on a page: shown without a script, whatever was typed, and never acting."""

from __future__ import annotations

import time

import pytest
from bs4 import BeautifulSoup

from autograder.bridge.formulas import ATTRIBUTES, ELEMENTS, Formulas, mathml


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{QK^\top}{\sqrt{d_k}}", "QK⊤dk"),
        (r"\mathbb{R}^{n\times d}", "ℝn×d"),
        (r"a < b \text{ if } c > d", "a<b if c>d"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "(1234)"),
    ],
)
def test_a_formula_becomes_mathml(latex: str, text: str) -> None:
    shown = mathml(latex)
    assert shown is not None
    assert BeautifulSoup(shown, "html.parser").get_text().replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\style{position:fixed}{x}",
        r"\class{x}{y}",
        r'\color{red" onclick="alert(1)}{x}',
        r"\mathrm{<img src=x onerror=alert(1)>}",
        r"<script>alert(1)</script>",
    ],
)
def test_no_formula_acts(latex: str) -> None:
    for shown in (Formulas().show(latex, latex, block=True), Formulas().show_output(latex)):
        parts = BeautifulSoup(shown, "html.parser").find_all(True)
        assert {part.name for part in parts} <= ELEMENTS | {"code"}
        assert all(part.attrs.keys() <= ATTRIBUTES for part in parts)


@pytest.mark.parametrize(
    "latex",
    ["{" * 1999, r"\frac{" * 300, "x^{2" * 400, r"\left(" * 300, r"\sqrt" * 300, r"\text{" * 300,
     r"\begin{matrix}" * 100, "x'" * 900, "(" * 1999, "x" * 100_000, "\\", ""],
)  # fmt: skip
def test_any_formula_ends_soon(latex: str) -> None:
    start = time.process_time()
    Formulas().show(latex, latex, block=False)
    assert time.process_time() - start < 1


def test_many_formulas_end_soon_and_the_rest_stays_as_typed() -> None:
    formulas = Formulas()
    start = time.process_time()
    shown = [formulas.show(f"x_{{{n}}}", f"$x_{{{n}}}$", block=False) for n in range(20_000)]
    assert time.process_time() - start < 2
    assert shown[0].startswith("<math")
    assert shown[-1] == "<code>$x_{19999}$</code>"


def test_formulas_in_html_are_found_but_not_in_code() -> None:
    shown = Formulas().show_in_html("<p>$a$ and <code>$b$</code> &lt;$$c$$&gt; for $5</p>")
    assert [math.get_text() for math in BeautifulSoup(shown, "html.parser").find_all("math")] == [
        "a",
        "c",
    ]
    assert "<code>$b$</code>" in shown
    assert "&lt;" in shown
    assert "for $5" in shown
