"""Text from outside, made safe to show in a terminal or a log."""

from __future__ import annotations

import unicodedata

# Control, format (bidi, zero-width), lone surrogates, private use, line and paragraph separators.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def quoted(text: str, limit: int = 120) -> str:
    """A text without anything that moves a cursor, turns the direction or breaks a line.

    Args:
        text: what somebody else wrote.
        limit: the most letters that are shown; a longer text ends in "…".
    """
    shown = "".join(
        f"\\x{ord(letter):02x}" if unicodedata.category(letter) in _HIDDEN else letter
        for letter in text[: limit + 1]
    )
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
