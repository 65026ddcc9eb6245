"""How much of a notebook any parser is given; what is more is cut, with a note in its place.

The parsers behind a page (JSON, Markdown, HTML, code colouring) take time that grows with the
square of some inputs. Within these bounds each takes less than a second, whatever it is given:
`tests/test_bounds.py` holds them to it. Sizes are characters unless they say otherwise.
"""

import re

NOTEBOOK_BYTES = 32_000_000
NOTEBOOK_VALUES = 300_000
NOTEBOOK_ESCAPES = 2_000_000
NOTEBOOK_DEPTH = 100
CELLS = 2_000
OUTPUTS = 1_000
PICTURES_IN_CELL = 50

MARKDOWN = 20_000
MARKDOWN_IN_ALL = 200_000
CODE = 20_000
CODE_IN_ALL = 200_000
HTML = 100_000
HTML_IN_ALL = 1_000_000
TEXT_IN_ALL = 300_000
SHOWN = 100_000
PICTURE = 8_000_000

_OPENER = re.compile(r"\\\\[\[(]|\\begin\{")
_BLANKS = re.compile(r"[^\S\n]{1000}")
# Colouring tries every place in such a run as the start of a magic command or of a help request.
_SLOW_CODE = re.compile(r"\s{100}|[\w.*]{500}")
_MAGIC = re.compile(r"%%(?!(?:bash|capture|prun|python3?|timeit|time|writefile)\b)")
_MOST_OPENERS = 200


def is_quick_markdown(source: str) -> bool:
    """Whether rendering a Markdown text ends soon: a parser looks for the end of each formula."""
    return (
        len(source) <= MARKDOWN
        and len(_OPENER.findall(source)) <= _MOST_OPENERS
        and not _BLANKS.search(source)
    )


def is_quick_code(source: str) -> bool:
    """Whether colouring a code cell ends soon."""
    return len(source) <= CODE and not _SLOW_CODE.search(source) and not _MAGIC.search(source)


def cut(text: str, most: int) -> str:
    """The text's beginning, and how much is left out."""
    over = len(text) - most
    return text if over <= 0 else f"{text[:most]}\n[{over:,} more characters left out]"
