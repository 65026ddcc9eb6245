"""Names that other people chose, on a terminal."""

from __future__ import annotations

import os
import unicodedata

import pytest

from autograder.records.quoting import LONGEST, quoted


@pytest.mark.parametrize(
    "text",
    [
        "submission.zip",
        "Zoë de l'Été (1).py",
        "[bold]x[/bold]",
        "李伟",
        "דנה",
        "!#~",
        "a/b\\c",
        "e\u0301",
    ],
)
def test_what_shows_stays(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("a\nb\r\x85\u2028\u2029", "a\\x0ab\\x0d\\x85\\u2028\\u2029"),
        ("\u202egpj\u2066\u200e\u061c", "\\u202egpj\\u2066\\u200e\\u061c"),
        ("a\u200bb\u200d\ufeff\u00ad", "a\\u200bb\\u200d\\ufeff\\xad"),
        ("\u3164\u115f\ufe0f\u2800", "\\u3164\\u115f\\ufe0f\\u2800"),
        (os.fsdecode(b"\xff\xfe"), "\\xff\\xfe"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u00a0b\u3000", "a b "),
    ],
)
def test_what_does_not_show_is_written_out(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_every_letter_of_unicode_shows_or_is_written_out() -> None:
    for start in range(0, 0x110000, 0x1000):
        letters = "".join(map(chr, range(start, start + 0x1000)))
        bad = {c for c in set(quoted(letters, 10**6)) - {" "} if unicodedata.category(c)[0] in "CZ"}
        assert not bad, hex(start)


def test_long_names_lose_their_middle() -> None:
    shown = quoted("x" * 10**7 + ".ipynb")
    assert len(shown) <= LONGEST
    assert shown.startswith("xxx")
    assert shown.endswith("x.ipynb")
    assert "…" in shown
    assert len(quoted("\x1b" * 5000)) <= LONGEST
    assert len(quoted("\x1b" * 50)) <= LONGEST
    assert quoted("abcdef", 4) == "ab…f"
