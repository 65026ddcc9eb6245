"""Files for a newer Python than the grader's: named, and left to a person."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from autograder.checking.assignments import HOMEWORK
from autograder.checking.execution.verdicts import Status
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader
from autograder.grading.newer import newer_syntax, too_new
from autograder.places import SOLUTIONS

NEWER = {
    "type alias": ("type X = int\n", 1, (3, 12)),
    "type parameters": ("\ndef f[T](x: T) -> T:\n    return x\n", 2, (3, 12)),
    "quotes in an f-string": ("x = {'a': 1}\ny = f'{x['a']}'\n", 2, (3, 12)),
    "default of a type": ("class A[T = int]:\n    pass\n", 1, (3, 13)),
    "bare exceptions": ("try:\n    pass\nexcept ValueError, TypeError:\n    pass\n", 3, (3, 14)),
    "template string": ("x = 1\ny = t'{x}'\n", 2, (3, 14)),
}
OLDER = {
    "match": "match 1:\n    case 1:\n        pass\n",
    "walrus": "if (y := 2):\n    pass\n",
    "groups": "try:\n    pass\nexcept* ValueError:\n    pass\n",
    "managers": "with (open('a') as f, open('b') as g):\n    pass\n",
}
WRONG = {
    "parameters": "def f(:\n    pass\n",
    "print": "print 'x'\n",
    "both": "type X = int\ndef f(:\n    pass\n",
    "indent": "def f():\nreturn 1\n",
    "null": "x = 1\0\n",
    "deep": "(" * 100_000,
    "empty": "",
}


@pytest.mark.parametrize("case", NEWER)
def test_what_a_newer_python_takes_is_named(case: str) -> None:
    source, line, since = NEWER[case]
    if sys.version_info >= since:
        pytest.skip("this Python takes it")
    words = newer_syntax(source)
    assert f"line {line}: " in words
    assert f"on Python {sys.version_info.major}.{sys.version_info.minor}" in words
    assert f"added in Python {since[0]}.{since[1]}" in words


@pytest.mark.parametrize("case", OLDER)
def test_what_this_python_takes_is_never_named(case: str) -> None:
    ast.parse(OLDER[case])
    assert newer_syntax(OLDER[case]) == ""


@pytest.mark.parametrize("case", WRONG)
def test_what_no_python_takes_stays_wrong(case: str) -> None:
    assert newer_syntax(WRONG[case]) == ""


@pytest.mark.slow
def test_a_file_too_new_costs_nothing_and_another_ones_mistake_its_points(tmp_path: Path) -> None:
    for name in HOMEWORK.files:
        (tmp_path / name).write_text((SOLUTIONS / name).read_text())
    newest = (SOLUTIONS / "transformer-attention.py").read_text() + "\ntype X = int\n"
    (tmp_path / "transformer-attention.py").write_text(newest)
    (tmp_path / "transformer-student.py").write_text("def f(:\n")
    with Grader(CourseConfig("cooperative", data="sample"), bytes(32)) as grader:
        reports = grader.grade(tmp_path, HOMEWORK)
    attention = reports["attention"]
    assert attention.earned is None
    entry = attention.verdicts[0]
    assert entry.status is Status.GRADER_ERROR
    assert "transformer-attention.py, line" in entry.message
    assert "Python 3.12" in entry.message
    assert not [each for each in attention.verdicts if each.status is Status.FAILED]
    assert reports["encoder"].earned == 0
    assert "SyntaxError" in reports["encoder"].verdicts[0].message
    assert [reports[key].earned for key in ("data", "patching", "vit")] == [10, 10, 15]
    together = [each for each in reports["vit"].verdicts if "four_files" in each.check]
    assert [each.status for each in together] == [Status.CANNOT_BE_CHECKED]
    (words,) = too_new(tmp_path, HOMEWORK)
    assert words in entry.message
