"""The checks of `resizing` and `rollout`: what they accept, what they catch, what they survive."""

from __future__ import annotations

import banktools
import pytest

from autograder import bank
from autograder.bank import judging
from autograder.checking.stages import STAGES

BODIES = {
    "resizing": ("resize_positions",),
    "rollout": ("attention_rollout", "mean_attention_distance"),
}
WRONG = [wrong for stage in BODIES for wrong in bank.load(stage)]
RIGHT = [
    (stage, name, files)
    for stage in BODIES
    for name, files in bank.right_versions()
    if "transfer" in files
]


@pytest.mark.parametrize("stage", BODIES)
def test_the_solutions_earn_all_the_stubs_nothing_and_every_check_can_fail(stage: str) -> None:
    banktools.assert_stage_is_sound(stage)


@pytest.mark.parametrize("stage", BODIES)
def test_points_are_the_stages(stage: str) -> None:
    checks = judging.checks(stage)
    public = sum(each.points for each in checks if not each.hidden)
    assert sum(each.points for each in checks) == STAGES[stage].points
    assert abs(2 * public - STAGES[stage].points) <= 2


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{each.stage}-{each.name}" for each in WRONG])
def test_wrong_version(wrong: bank.WrongVersion) -> None:
    banktools.assert_wrong_version_is_caught(wrong)


@pytest.mark.parametrize(
    ("stage", "name", "files"), RIGHT, ids=[f"{stage}-{name}" for stage, name, _ in RIGHT]
)
def test_right_version(stage: str, name: str, files: dict[str, str]) -> None:
    report = judging.judge(stage, bank.overlaid(judging.SOLUTIONS, files))
    assert judging.failed(report) == {}


@pytest.mark.parametrize("stage", BODIES)
@pytest.mark.parametrize("seed", range(3))
def test_no_seed_fails_the_solutions(stage: str, seed: int) -> None:
    report = judging.judge(stage, judging.SOLUTIONS, seed=b"%d" % seed)
    assert judging.failed(report) == {}


@pytest.mark.parametrize("stage", BODIES)
@pytest.mark.parametrize("value", banktools.ODD_VALUES)
def test_odd_values_earn_nothing_and_break_nothing(stage: str, value: str) -> None:
    sources = banktools.returning(value, "transfer", list(BODIES[stage]))
    assert judging.judge(stage, sources).earned == 0


@pytest.mark.parametrize("stage", BODIES)
def test_always_refusing_earns_nothing(stage: str) -> None:
    stub = judging.STUBS["transfer"].replace("raise NotImplementedError(", "raise ValueError(")
    assert judging.judge(stage, judging.SOLUTIONS | {"transfer": stub}).earned == 0
