"""What the tests of the checks share: fast workers, the solution's answers, judging a version."""

from __future__ import annotations

import atexit
import functools
import importlib
from pathlib import Path

import torch

from autograder import bank
from autograder.bank.overlay import overlay
from autograder.checking import session
from autograder.checking.forking import ForkLauncher
from autograder.checking.probe import Run
from autograder.checking.programs import Program, Reply
from autograder.checking.registry import Check
from autograder.checking.runner import StageRunner
from autograder.checking.session import StageSession, read_sources, standins_in
from autograder.checking.stages import CODE_STAGES, STAGES
from autograder.checking.verdicts import StageReport, Status, Verdict

ROOT = Path(__file__).parents[1]
SOLUTIONS = read_sources(ROOT / "solutions")
STUBS = read_sources(ROOT / "assignment")
STANDINS = standins_in(
    Path(session.__file__).parent / "standins", ROOT / "autograder" / "hidden" / "standins"
)
SEED = b"for the tests"

torch.set_num_threads(1)


@functools.cache
def launcher() -> ForkLauncher:
    """The launcher that all tests of a run share."""
    made = ForkLauncher()
    atexit.register(made.close)
    return made


@functools.cache
def reference(stage: str) -> Run:
    """The solution's answers, each computed once."""
    asked = StageSession(stage, SOLUTIONS, {}, launcher(), together=True)
    known: dict[str, Reply] = {}

    def answer(program: Program) -> Reply:
        digest = program.digest()
        if digest not in known:
            known[digest] = asked.run(program)
        return known[digest]

    return answer


@functools.cache
def checks(stage: str) -> tuple[Check, ...]:
    """A stage's checks, public ones first."""
    return tuple(
        item.check
        for package in ("autograder.checking.checks", "autograder.hidden")
        for item in vars(importlib.import_module(f"{package}.test_{stage}")).values()
        if hasattr(item, "check")
    )


def judge(stage: str, sources: dict[str, str], seed: bytes = SEED) -> StageReport:
    """One stage's verdicts on files given by module name."""
    return judged(stage, tuple(sorted(reachable(stage, sources).items())), seed)


@functools.cache
def judged(stage: str, sources: tuple[tuple[str, str], ...], seed: bytes) -> StageReport:
    """The same, once for each content of the files that the stage can reach."""
    return StageRunner(
        stage=stage,
        checks=list(checks(stage)),
        sources=dict(sources),
        standins=STANDINS,
        launcher=launcher(),
        reference=reference(stage),
        seed=seed,
    ).report()


def reachable(stage: str, sources: dict[str, str]) -> dict[str, str]:
    """The stage's files and those whose names they mention, and so on."""
    names = [Path(file).stem for file in STAGES[stage].files if Path(file).stem in sources]
    for name in names:
        names += [other for other in sources if other not in names and other in sources[name]]
    return {name: sources[name] for name in names}


def failed(report: StageReport) -> dict[str, str]:
    """The messages of all verdicts that are not passed, by check; never a grader error."""
    errors = [v.message for v in report.verdicts if v.status is Status.GRADER_ERROR]
    assert not errors, "\n".join(errors)
    return {v.check: v.message for v in report.verdicts if v.status is not Status.PASSED}


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
    """It fails the checks it names, with a message, and loses no other stage's points."""
    report = judge(wrong.stage, wrong.over(SOLUTIONS))
    messages = failed(report)
    statuses = {v.check: v.status for v in report.verdicts}
    assert {name: statuses.get(name) for name in wrong.fails} == dict.fromkeys(
        wrong.fails, Status.FAILED
    )
    assert all(messages[name] for name in wrong.fails)
    assert sum(v.points for v in report.verdicts if v.check in wrong.fails) > 0
    for stage in CODE_STAGES:
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
