"""Formulas as MathML, made when a page is written, so that the page needs no script for them."""

from __future__ import annotations

import functools
import html
import re
from xml.etree import ElementTree

from bs4 import BeautifulSoup
from latex2mathml.converter import convert_to_element

LONGEST = 2_000
DEEPEST = 60
_ELEMENTS = """
    math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
    mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose mmultiscripts mprescripts none
"""
_ATTRIBUTES = """
    xmlns display displaystyle scriptlevel mathvariant stretchy fence form separator lspace rspace
    minsize maxsize symmetric largeop movablelimits accent accentunder linethickness columnalign
    columnlines columnspacing columnspan rowalign rowlines rowspacing rowspan frame notation width
    height depth voffset mathcolor mathbackground mathsize
"""
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())
VALUE = re.compile(r"[\w#.%, +/:-]*")
IN_TEXT = re.compile(r"\$\$([^$]+)\$\$|\$([^$\n]+)\$")
DELIMITERS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"))


@functools.lru_cache(maxsize=4096)  # A class's notebooks are mostly the same.
def mathml(latex: str, *, block: bool = False) -> str | None:
    """A formula as MathML that only shows something; None where it cannot be converted.

    Args:
        latex: the formula, without dollar signs.
        block: whether it stands in a line of its own.
    """
    if len(latex) > LONGEST:
        return None
    try:
        formula = convert_to_element(latex, display="block" if block else "inline")
        if _is_harmless(formula):
            return ElementTree.tostring(formula, encoding="unicode")
    except Exception:
        # A student may have typed anything, and the library has no one error for all of it.
        pass
    return None


def _is_harmless(formula: ElementTree.Element) -> bool:
    """Take out what could act; whether what is left may be shown."""
    waiting = [(formula, 1)]
    while waiting:
        element, depth = waiting.pop()
        if element.tag not in ELEMENTS or depth > DEEPEST:
            return False
        for name, value in list(element.attrib.items()):
            if name not in ATTRIBUTES or not VALUE.fullmatch(value):
                del element.attrib[name]
        # The library writes signs as references, which the serializer would escape once more.
        element.text = html.unescape(element.text or "")
        element.tail = html.unescape(element.tail or "")
        waiting += [(child, depth + 1) for child in element]
    return True


class Formulas:
    """The formulas of one page, as many as can be converted in a fraction of a second.

    What is beyond that, or cannot be converted, stays as it was typed.
    """

    def __init__(self, characters: int = 20_000) -> None:
        self._left = characters

    def show(self, latex: str, typed: str, *, block: bool) -> str:
        """A formula as HTML.

        Args:
            latex: the formula, without delimiters.
            typed: the same with them.
            block: whether it stands in a line of its own.
        """
        self._left -= len(latex)
        shown = mathml(latex, block=block) if self._left >= 0 else None
        return shown or f"<code>{html.escape(typed)}</code>"

    def show_output(self, typed: str) -> str:
        """A code cell's output in LaTeX, with or without delimiters, as HTML."""
        latex = typed.strip()
        for opening, closing in DELIMITERS:
            if latex.startswith(opening) and latex.endswith(closing) and latex != opening:
                latex = latex.removeprefix(opening).removesuffix(closing)
                break
        return self.show(latex, typed, block=True)

    def show_in_html(self, markup: str) -> str:
        """HTML whose text may hold formulas between dollar signs."""
        if "$" not in markup:
            return markup
        page = BeautifulSoup(markup, features="html.parser")
        for text in page.find_all(string=IN_TEXT):
            if text.find_parent(["code", "pre"]) is None:
                with_formulas = IN_TEXT.sub(self._found, html.escape(text, quote=False))
                text.replace_with(BeautifulSoup(with_formulas, features="html.parser"))
        return str(page)

    def _found(self, match: re.Match[str]) -> str:
        latex = html.unescape(match[1] or match[2])
        return self.show(latex, html.unescape(match[0]), block=match[1] is not None)
