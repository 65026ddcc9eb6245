"""Overlays and the bank's files: what is replaced, what stays, what is refused."""

from __future__ import annotations

import pytest

from autograder import bank
from autograder.bank.overlay import overlay
from autograder.checking.assignments import CODE_STAGES

SOURCE = '''"""A file."""

import math

LIMIT = 3


# the formula
def area(radius):
    """Doc."""
    return math.pi * radius**2


class Box:
    """Doc."""

    def __init__(self, side):
        self.side = side

    @property
    def volume(self):
        return self.side**3

    def kept(self):
        return "kept"


def last():
    return area(1)
'''


def run(text: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(text, namespace)
    return namespace


def test_functions_and_methods_are_replaced_and_the_rest_stays() -> None:
    module = '''"""A sentence."""

import cmath

FAILS = ("test_area",)


def helper(radius):
    return 2 * abs(cmath.exp(0)) * radius


def area(radius):
    return helper(radius)


class Box:
    """Another one."""

    @property
    def volume(self):
        return self.extra()

    def extra(self):
        return LIMIT
'''
    text = overlay(SOURCE, module)
    there = run(text)
    assert there["last"]() == 2  # type: ignore[operator]
    box = there["Box"](5)  # type: ignore[operator]
    assert (box.volume, box.side, box.kept()) == (3, 5, "kept")
    assert there["__doc__"] == "A file."
    assert "FAILS" not in text
    assert "A sentence" not in text
    assert "# the formula\ndef area(radius):\n    return helper(radius)\n" in text


def test_an_overlay_over_itself_changes_nothing() -> None:
    assert overlay(SOURCE, "def last():\n    return area(1)") == SOURCE


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("def other(): pass", "replaces nothing"),
        ("class Box:\n    side = 2", "more than methods"),
    ],
)
def test_overlays_that_mean_nothing_are_refused(module: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        overlay(SOURCE, module)


@pytest.mark.parametrize("stage", CODE_STAGES)
def test_every_wrong_version_is_readable(stage: str) -> None:
    versions = bank.load(stage)
    assert len(versions) >= 10
    for wrong in versions:
        assert wrong.sentence.endswith("."), wrong.name
        assert wrong.fails, wrong.name
