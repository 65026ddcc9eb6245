"""A version's verdicts depend on that version alone: not on others judged before or beside it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from longform import size

from autograder import bank
from autograder.bank import judging
from autograder.checking.assignments import ASSIGNMENTS, CODE_STAGES, Assignment
from autograder.checking.execution.executor import Executor
from autograder.checking.execution.verdicts import Verdict

COVERS = (
    "autograder/checking",
    "autograder/hidden",
    "autograder/bank",
    "solutions",
)
EVERY = size(30, 1)

pytestmark = pytest.mark.slow
Verdicts = tuple[Verdict, ...]


def fresh() -> Executor:
    """An executor that has judged nothing yet."""
    checks = {stage: judging.checks(stage) for stage in CODE_STAGES}
    return Executor(checks, judging.STANDINS, judging.reference(), judging.SEED)


def versions(stage: str) -> list[bank.WrongVersion]:
    return bank.load(stage)[::EVERY]


def assignment_of(stage: str) -> Assignment:
    return next(each for each in ASSIGNMENTS.values() if stage in each.code_stages)


@functools.cache
def alone(wrong: bank.WrongVersion) -> Verdicts:
    sources = wrong.over(judging.SOLUTIONS)
    return fresh().judge_stage(wrong.stage, sources, judging.launcher()).verdicts


def one_after_the_other(chosen: Sequence[bank.WrongVersion]) -> dict[str, Verdicts]:
    """All with one executor, each with all stages of its assignment, two at a time."""
    executor = fresh()

    def judge(wrong: bank.WrongVersion) -> Verdicts:
        stages = assignment_of(wrong.stage).code_stages
        sources = wrong.over(judging.SOLUTIONS)
        found = {each.stage: each for each in executor.judge(stages, sources, judging.launcher())}
        return found[wrong.stage].verdicts

    with ThreadPoolExecutor(2) as pool:
        return dict(zip((each.name for each in chosen), pool.map(judge, chosen), strict=True))


@pytest.mark.parametrize("stage", CODE_STAGES)
@pytest.mark.parametrize("order", [list, lambda chosen: chosen[::-1]], ids=["forwards", "reversed"])
def test_alone_and_in_a_batch_and_in_reversed_order_the_verdicts_are_equal(
    stage: str, order: Callable[[list[bank.WrongVersion]], list[bank.WrongVersion]]
) -> None:
    chosen = order(versions(stage))
    together = one_after_the_other(chosen)
    for wrong in chosen:
        assert together[wrong.name] == alone(wrong), wrong.name
