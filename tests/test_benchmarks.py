"""The benchmarks' tables belong to today's checks and solutions, and measure what they say."""

from __future__ import annotations

import pytest

from autograder import bank
from autograder.bank import judging
from autograder.checking.assignments import CODE_STAGES
from benchmarks import mutants, tolerances


@pytest.fixture(scope="module")
def everyone() -> dict[str, mutants.Mutant]:
    """All mutants by key; made once, none is judged."""
    return {mutant.key: mutant for mutant in mutants.mutants()}


def test_explained_survivors_are_among_the_mutants_and_in_the_table(
    everyone: dict[str, mutants.Mutant],
) -> None:
    explained = mutants.explanations()
    table = mutants.TABLE.read_text()
    assert explained.keys() - everyone.keys() == set()
    assert [key for key in explained if f"- `{key}`\n" not in table] == []
    assert f"| all | {len(everyone)} |" in table, "run: python -m benchmarks.mutants"


@pytest.mark.parametrize("stage", CODE_STAGES)
def test_each_stage_has_mutants_inside_its_marks_only(
    stage: str, everyone: dict[str, mutants.Mutant]
) -> None:
    own = [mutant for mutant in everyone.values() if mutant.stage == stage]
    assert len(own) >= 10
    for mutant in own:
        before, _, after = mutant.key.partition(": ")[2].partition(" -> ")
        assert before != after
        assert "SOLUTION" not in before


def test_a_mutant_is_judged_by_its_own_stage(everyone: dict[str, mutants.Mutant]) -> None:
    killed = next(
        mutant for key, mutant in everyone.items() if "queries @ keys" in key and " * math" in key
    )
    survivor = everyone[next(key for key in mutants.explanations() if "expand(" in key)]
    assert "test_formula" in killed.judge()
    assert survivor.judge() == []


def test_unexplained_survivors_are_counted_and_named() -> None:
    mutant = mutants.Mutant("data", "utils", "utils.py f: a -> b", "")
    other = mutants.Mutant("data", "utils", "utils.py f: a -> c", "")
    killers = {mutant: [], other: ["test_scale"]}
    assert "| data | 2 | 1 | 1 | 0 | 1 |" in mutants.written(killers, {})
    assert "\nUnexplained.\n\n- `utils.py f: a -> b`\n" in mutants.written(killers, {})
    assert "| data | 2 | 1 | 1 | 1 | 0 |" in mutants.written(killers, {mutant.key: "The same."})


def test_every_check_is_in_the_table_of_tolerances() -> None:
    table = tolerances.TABLE.read_text()
    missing = [
        each.name
        for stage in CODE_STAGES
        for each in judging.checks(stage)
        if f"{stage} `{each.name}`" not in table
    ]
    assert missing == [], "run: python -m benchmarks.tolerances"


def test_right_versions_are_near_and_wrong_ones_far() -> None:
    right = dict(bank.right_versions())["online_softmax"]
    sources = bank.overlaid(judging.SOLUTIONS, right)
    near = tolerances.measure(judging.stage_run("attention", sources), "near")["test_formula"]
    wrong = next(each for each in bank.load("attention") if each.name == "scaled_by_d")
    runner = judging.stage_run("attention", wrong.over(judging.SOLUTIONS))
    far = tolerances.measure(runner, "far")["test_formula"]
    assert not near.otherwise
    assert not far.otherwise
    assert near.deviation is not None
    assert far.deviation is not None
    assert 0 < near.deviation < 1 < far.deviation


def test_a_row_keeps_its_extremes_and_refuses_a_failing_right_version() -> None:
    row = tolerances.Row("attention", "test_formula")
    for deviation in (0.1, 0.5, 0.2):
        row.add_right(tolerances.Measured(deviation, "float32: 1", "", "right"))
    for deviation in (8.0, 4.0, 6.0):
        row.add_wrong(tolerances.Measured(deviation, "float32: 1", "", "wrong"))
    assert row.margins == (2.0, 4.0)
    assert "**narrow**" in row.cells()[0]
    with pytest.raises(RuntimeError, match=r"test_formula fails the right version odd: 1\.5"):
        row.add_right(tolerances.Measured(1.5, "float32: 1", "", "odd"))
