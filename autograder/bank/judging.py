"""Judging any version of the students' files, fast: the staff's tests and benchmarks do it often.

Workers are forked from one process that has torch loaded, without a sandbox: for the solutions,
the bank, and what is made of them, never for a submission.
"""

from __future__ import annotations

import atexit
import functools
from pathlib import Path

import torch

from autograder import hidden, places
from autograder.bank import suspecting
from autograder.checking import checks as public
from autograder.checking.api.check import Check, checks_in
from autograder.checking.assignments import CODE_STAGES, STAGES
from autograder.checking.execution.executor import Executor
from autograder.checking.execution.forking import ForkLauncher
from autograder.checking.execution.live_reference import LiveReference
from autograder.checking.execution.session import read_sources, standins_in
from autograder.checking.execution.stage_run import StageRun
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.checking.feedback.diagnosis import diagnosed
from autograder.checking.feedback.known_mistakes import KnownMistake
from autograder.hidden.recipes import one_change

SOLUTIONS = read_sources(places.SOLUTIONS)
STUBS = read_sources(places.ASSIGNMENT)
STANDINS = standins_in(public, hidden)
SEED = b"for the tests"

torch.set_num_threads(1)


@functools.cache
def launcher() -> ForkLauncher:
    """The launcher that all of a run share."""
    made = ForkLauncher()
    atexit.register(made.close)
    return made


@functools.cache
def reference() -> LiveReference:
    """The solution's answers, each computed once."""
    made = LiveReference(SOLUTIONS, launcher())
    atexit.register(made.close)
    return made


@functools.cache
def checks(stage: str) -> tuple[Check, ...]:
    """A stage's checks, public ones first."""
    return tuple(c for c in checks_in(public) + checks_in(hidden) if c.stage == stage)


def judge(stage: str, sources: dict[str, str], seed: bytes = SEED) -> StageReport:
    """One stage's verdicts on files given by module name."""
    return judged(stage, tuple(sorted(reachable(stage, sources).items())), seed)


@functools.cache
def judged(stage: str, sources: tuple[tuple[str, str], ...], seed: bytes) -> StageReport:
    """The same, once for each content of the files that the stage can reach."""
    found = executor(seed).judge_stage(stage, dict(sources), launcher())
    return StageReport(stage, found.verdicts, found.notes)


@functools.cache
def executor(seed: bytes = SEED) -> Executor:
    """What judges any stage of files given by module name."""
    return Executor({stage: checks(stage) for stage in CODE_STAGES}, STANDINS, reference(), seed)


def stage_run(
    stage: str,
    sources: dict[str, str],
    seed: bytes = SEED,
    forks: ForkLauncher | None = None,
) -> StageRun:
    """One stage of files given by module name, ready to be judged check by check."""
    return executor(seed).stage_run(stage, sources, forks or launcher())


@functools.cache
def known_mistakes(stage: str) -> list[KnownMistake]:
    """How the bank's wrong versions fail the stage's checks."""
    return list(
        suspecting.known_mistakes(
            stage,
            SOLUTIONS,
            lambda stage, sources: executor().judge_stage(stage, sources, launcher()),
        )
    )


def diagnose(stage: str, sources: dict[str, str]) -> StageReport:
    """One stage's verdicts on files given by module name, with their diagnosis."""
    return diagnosed(
        executor().judge_stage(stage, sources, launcher()),
        functools.partial(known_mistakes, stage),
        lambda: (one_change,),
    )


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
