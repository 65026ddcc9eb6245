"""Judging any version of the students' files, fast: the staff's tests and benchmarks do it often.

Workers are forked from one process that has torch loaded, without a sandbox: for the solutions,
the bank, and what is made of them, never for a submission.
"""

from __future__ import annotations

import atexit
import functools
import importlib
from pathlib import Path

import torch

from autograder import hidden
from autograder.bank.suspecting import suspects
from autograder.checking import session
from autograder.checking.describe import Knowledge
from autograder.checking.forking import ForkLauncher
from autograder.checking.probe import Run
from autograder.checking.programs import Program, Reply
from autograder.checking.registry import Check
from autograder.checking.runner import StageRunner
from autograder.checking.session import StageSession, read_sources, standins_in
from autograder.checking.stages import STAGES
from autograder.checking.suspects import Suspect
from autograder.checking.verdicts import StageReport, Status
from autograder.hidden.recipes import one_change, two_changes

ROOT = Path(__file__).parents[2]
SOLUTIONS = read_sources(ROOT / "solutions")
STUBS = read_sources(ROOT / "assignment")
STANDINS = standins_in(session.STANDIN_FOLDER, Path(hidden.__file__).parent / "standins")
SEED = b"for the tests"

torch.set_num_threads(1)


@functools.cache
def launcher() -> ForkLauncher:
    """The launcher that all of a run share."""
    made = ForkLauncher()
    atexit.register(made.close)
    return made


@functools.cache
def reference(stage: str) -> Run:
    """The solution's answers, each computed once."""
    asked = StageSession(stage, SOLUTIONS, {}, launcher(), together=True)
    known: dict[str, Reply] = {}

    def answer(program: Program) -> Reply:
        digest = program.digest
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
    return runner(stage, dict(sources), seed).report()


def runner(stage: str, sources: dict[str, str], seed: bytes = SEED) -> StageRunner:
    """What judges one stage of files given by module name."""
    return StageRunner(
        stage=stage,
        checks=list(checks(stage)),
        sources=sources,
        standins=STANDINS,
        launcher=launcher(),
        reference=reference(stage),
        seed=seed,
    )


@functools.cache
def known_mistakes(stage: str) -> list[Suspect]:
    """How the bank's wrong versions fail the stage's checks."""
    return suspects(stage, SOLUTIONS, runner)


def diagnose(stage: str, sources: dict[str, str]) -> StageReport:
    """One stage's verdicts on files given by module name, with their diagnosis."""
    made = runner(stage, sources)
    made.suspects = functools.partial(known_mistakes, stage)
    made.knowledge = lambda: Knowledge((one_change,), (two_changes,))
    return made.report()


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
