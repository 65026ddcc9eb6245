"""What the tests of the checks share: what holds for each stage, and values nobody expects."""

from __future__ import annotations

from autograder import bank
from autograder.bank.judging import SOLUTIONS, STUBS, checks, diagnose, failed, judge
from autograder.bank.overlay import overlay
from autograder.checking.assignments import ASSIGNMENTS
from autograder.checking.execution.verdicts import Status, Verdict
from autograder.checking.feedback.diagnosis import BY_NUMBERS


def assert_stage_is_sound(stage: str) -> None:
    """What holds for every stage's checks: points, the solutions, the stubs, the bank's reach.

    Every check is failed, not only blocked, by some wrong version of its stage.
    """
    report = judge(stage, SOLUTIONS)
    assert failed(report) == {}
    assert report.earned == report.points
    assert judge(stage, STUBS).earned == 0
    reached: set[str] = set()
    for wrong in bank.load(stage):
        reached |= {v.check for v in judge(stage, wrong.over(SOLUTIONS)).verdicts if failing(v)}
    assert {each.name for each in checks(stage)} - reached == set()


def failing(verdict: Verdict) -> bool:
    """Whether a verdict says that something is wrong."""
    return verdict.status is Status.FAILED


def assert_wrong_version_is_caught(wrong: bank.WrongVersion) -> None:
    """It fails the checks it names, each naming the mistake, and loses no other stage's points.

    The other stages are those of its assignment: other assignments do not read its files, or have
    stand-ins for them.
    """
    report = diagnose(wrong.stage, wrong.over(SOLUTIONS))
    messages = failed(report)
    statuses = {v.check: v.status for v in report.verdicts}
    assert {name: statuses.get(name) for name in wrong.fails} == dict.fromkeys(
        wrong.fails, Status.FAILED
    )
    assert all(messages[name] for name in wrong.fails)
    for verdict in filter(failing, report.verdicts):
        assert verdict.diagnosis[0] == BY_NUMBERS + wrong.sentence
        assert verdict.reading
    assert sum(v.points for v in report.verdicts if v.check in wrong.fails) > 0
    (own,) = (each for each in ASSIGNMENTS.values() if wrong.stage in each.code_stages)
    for stage in own.code_stages:
        if stage != wrong.stage:
            other = judge(stage, wrong.over(SOLUTIONS))
            assert other.earned == other.points, (stage, failed(other))


ODD_VALUES = (
    "None",
    "'a string'",
    "3",
    "float('nan')",
    "[]",
    "[torch.ones(2)] * 20",
    "(None, {})",
    "torch.tensor(1.0)",
    "torch.ones(2, 3)",
    "torch.empty(0)",
    "torch.full((2, 6, 48), float('nan'))",
    "torch.ones(2, 6, 48, dtype=torch.complex64)",
    "torch.ones(2, 6, 48).to_sparse()",
    "torch.ones(2, device='meta')",
    "torch.ones(1).expand(2**40)",
    "(torch.arange(3.0), torch.arange(7))",
    "(torch.empty(0), torch.empty(0).long())",
    "args[0] if args else None",
    "torch.full_like(args[0], 255)",
    "args[0] * complex(0, 1)",
    "args[0] / 0 - args[0] / 0",
    "object()",
    "1 / 0",
    "exit()",
)


def returning(value: str, module: str, names: list[str]) -> dict[str, str]:
    """The solutions with functions (`name`) or methods (`Class.name`) that return `value`."""
    text = "import torch\n"
    for owner, _, name in (full.rpartition(".") for full in names):
        if owner:
            text += (
                f"class {owner}:\n    def {name}(self, *args, **kwargs):\n        return {value}\n"
            )
        else:
            text += f"def {name}(*args, **kwargs):\n    return {value}\n"
    return SOLUTIONS | {module: overlay(SOLUTIONS[module], text)}
