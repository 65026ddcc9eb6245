"""The checks of `tokenization` and `locality`: what they accept, catch, and are not broken by."""

from __future__ import annotations

import banktools
import pytest

from autograder import bank
from autograder.bank import judging

STAGES = ("tokenization", "locality")
WRONG = [wrong for stage in STAGES for wrong in bank.load(stage)]
RIGHT = [(name, files) for name, files in bank.right_versions() if "small_data" in files]
NAMES = {
    "tokenization": ["shift_images", "ShiftedPatchTokenization.forward"],
    "locality": ["LocalitySelfAttention.forward"],
}


@pytest.mark.parametrize("stage", STAGES)
def test_the_solutions_earn_all_the_stubs_nothing_and_every_check_can_fail(stage: str) -> None:
    banktools.assert_stage_is_sound(stage)


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{wrong.stage}-{wrong.name}" for wrong in WRONG])
def test_wrong_version(wrong: bank.WrongVersion) -> None:
    banktools.assert_wrong_version_is_caught(wrong)


@pytest.mark.parametrize(("name", "files"), RIGHT, ids=[name for name, _ in RIGHT])
@pytest.mark.parametrize("stage", STAGES)
def test_right_version(stage: str, name: str, files: dict[str, str]) -> None:
    sources = bank.overlaid(judging.SOLUTIONS, files)
    assert judging.failed(judging.judge(stage, sources)) == {}


def test_there_are_right_versions_of_many_kinds() -> None:
    for definition in ("shift_images", "ShiftedPatchTokenization", "LocalitySelfAttention"):
        assert sum(definition in files["small_data"] for _, files in RIGHT) >= 3, definition


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("value", banktools.ODD_VALUES)
def test_odd_values_earn_nothing_and_break_nothing(stage: str, value: str) -> None:
    report = judging.judge(stage, banktools.returning(value, "small_data", NAMES[stage]))
    assert len(judging.failed(report)) == len(judging.checks(stage))


@pytest.mark.parametrize("stage", STAGES)
def test_always_refusing_earns_nothing(stage: str) -> None:
    text = judging.STUBS["small_data"].replace("raise NotImplementedError(", "raise ValueError(")
    assert judging.judge(stage, judging.SOLUTIONS | {"small_data": text}).earned == 0


@pytest.mark.parametrize("stage", STAGES)
def test_it_is_graded_without_the_homework_and_beside_a_wrong_one(stage: str) -> None:
    alone = {"small_data": judging.SOLUTIONS["small_data"]}
    broken = alone | {
        "ViT": "raise RuntimeError('of another homework')",
        "transformer-attention": "class MultiHeadSelfAttention:\n    pass\n",
    }
    for sources in (alone, broken):
        report = judging.judge(stage, sources)
        assert judging.failed(report) == {}
        assert report.earned == report.points == 15
