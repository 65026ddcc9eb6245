"""Names and notes that other people chose, made safe for a terminal, a log and a page of text."""

from __future__ import annotations

import unicodedata

LONGEST = 160
_ESCAPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks that show as nothing at all.
_INVISIBLE = {
    "\u034f",
    "\u115f",
    "\u1160",
    "\u2800",
    "\u3164",
    "\uffa0",
    *map(chr, range(0xFE00, 0xFE10)),
}
_BLANK = {"Zs"}


def quoted(text: str, limit: int = LONGEST) -> str:
    """A text on one line in which every letter shows and none steers a terminal.

    Control characters, marks of the direction of writing, line ends, letters without a shape and
    bytes that are no text are written as escapes. What is longer than the limit loses its middle,
    so that the ending of a file's name still shows.

    Args:
        text: what somebody else chose.
        limit: how many characters the result has at most.
    """
    # Looked at only as far as it can show: a name may have a million letters.
    cut = len(text) > limit
    head, tail = (text[:limit], text[-limit:]) if cut else (text, "")
    shown = "".join(map(_shown, head))
    if not cut and len(shown) <= limit:
        return shown
    end = "".join(map(_shown, tail)) if cut else shown
    kept = max(limit - 1, 2)
    return f"{shown[: kept - kept // 3]}…{end[-(kept // 3) :]}"


def _shown(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in _BLANK:
        return " "
    if category not in _ESCAPED_CATEGORIES and letter not in _INVISIBLE:
        return letter
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file's name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
