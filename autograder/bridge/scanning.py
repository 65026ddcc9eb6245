"""A look at a notebook's bytes before any of it is parsed: size, depth, and how much is in it.

A JSON parser needs some hundred bytes of memory for a bracket of two. So the brackets, commas and
strings are counted first, which takes no memory, and a file with more than any notebook has is
refused. A picture is one long string, and counts as one.
"""

import json
import re
from pathlib import Path

from autograder.bridge import bounds

# A string that does not end goes to the end of the file: nothing is read twice.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"

LONGEST_NUMBER = 10_000
ADVICE = "clear its outputs"


class TooMuchError(Exception):
    """The notebook goes beyond a bound; the message says which, and what to do."""


def read_bounded(path: Path) -> str:
    """A notebook's text, which no parser has seen yet.

    Raises:
        TooMuchError: it is larger or deeper than any parser is given.
        UnicodeError: it is in no encoding of Unicode.
    """
    size = path.stat().st_size
    if size > bounds.NOTEBOOK_BYTES:
        raise TooMuchError(
            f"the notebook has {size / 1e6:,.0f} MB; {bounds.NOTEBOOK_BYTES / 1e6:,.0f} MB is the "
            f"most that is read: {ADVICE}"
        )
    raw = path.read_bytes()
    encoding = json.detect_encoding(raw)
    if encoding.startswith("utf-8"):
        _count(raw)
        return raw.decode(encoding, "surrogatepass")
    text = raw.decode(encoding, "surrogatepass")
    _count(text.encode("utf-8", "surrogatepass"))
    return text


def _count(raw: bytes) -> None:
    if raw.count(b"\\") > bounds.NOTEBOOK_ESCAPES:
        raise TooMuchError(
            f"the notebook holds more than {bounds.NOTEBOOK_ESCAPES:,} line ends and other special "
            f"characters; no more are read: {ADVICE}"
        )
    depth = end = 0
    for values, found in enumerate(_TOKEN.finditer(raw), start=1):
        kind = raw[found.start()]
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        if depth > bounds.NOTEBOOK_DEPTH:
            raise TooMuchError(
                f"the notebook is nested deeper than {bounds.NOTEBOOK_DEPTH} brackets; no notebook "
                "of Jupyter's is"
            )
        if values > bounds.NOTEBOOK_VALUES:
            raise TooMuchError(
                f"the notebook holds more than {bounds.NOTEBOOK_VALUES:,} values; no more are "
                f"read: {ADVICE}"
            )
        if found.start() - end > LONGEST_NUMBER:
            break
        end = found.end()
    if len(raw) - end > LONGEST_NUMBER:
        raise TooMuchError(
            f"the file holds a number or a blank of more than {LONGEST_NUMBER:,} characters; no "
            "notebook of Jupyter's does"
        )
