"""The record of every graded function: complete, and what the solutions and stand-ins say, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.bank.judging import STANDINS
from autograder.checking.assignments import ASSIGNMENTS, CODE_STAGES, FUNCTIONS, STAGES, Function
from autograder.checking.assignments.record import OUTPUT, WEIGHTS
from autograder.checking.feedback.describe.case import SINGULAR

ROOT = Path(__file__).parents[1]
HELPERS = {"draw_uniform", "sinusoidal_positions_2d"}  # given, and called by nobody's check


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The functions and classes of a file of the solutions."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def called(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """The arguments of a call: of the function, or of the module's `forward`."""
    if isinstance(node, ast.ClassDef):
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        node = methods["forward"]
    names = [each.arg for each in node.args.args]
    return [name for name in names if name not in ("self", "generator")]


@pytest.mark.parametrize("file", [each for a in ASSIGNMENTS.values() for each in a.files])
def test_every_function_of_a_students_file_is_on_record_as_the_solution_has_it(file: str) -> None:
    found = {node.name: node for node in definitions(ROOT / "solutions" / file)}
    recorded = {name: each for name, each in FUNCTIONS.items() if each.file == file}
    assert recorded.keys() == found.keys() - HELPERS
    for name, function in recorded.items():
        node = found[name]
        assert list(function.arguments) == called(node), name
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        assert function.methods.keys() <= methods


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_record_names_its_parts_axes_and_reading(function: Function) -> None:
    assert set(function.answers) <= {OUTPUT, WEIGHTS}
    every = [*function.arguments.values(), *function.answers.values(), *function.methods.values()]
    assert {axis for axes in every for axis in axes} <= SINGULAR.keys()
    docstring = f"the docstring of {function.name}"
    assert any(words in function.reading for words in ("section", "appendix", docstring))


def test_every_stage_with_code_has_functions_and_points() -> None:
    for stage in CODE_STAGES:
        assert STAGES[stage].functions
        assert STAGES[stage].points > 0
        assert set(STAGES[stage].needs) <= set(CODE_STAGES)


def test_a_stand_in_defines_what_is_on_record_as_having_one_and_nothing_else() -> None:
    recorded = {name for name, each in FUNCTIONS.items() if each.stand_in}
    defined = {
        node.name
        for text in STANDINS.values()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    assert defined == recorded
