"""Recording, for the student's package, what the public checks find: the solutions' answers, how
the bank's wrong versions fail, and what comes with one thing done otherwise."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

import autograder.checking.checks
from autograder.bank import suspecting
from autograder.checking.api.check import checks_in
from autograder.checking.api.program import Runner
from autograder.checking.assignments import CODE_STAGES
from autograder.checking.execution.executor import PUBLIC_SEED, Executor
from autograder.checking.execution.forking import unconfined
from autograder.checking.execution.live_reference import LiveReference
from autograder.checking.execution.recorded import Recorder
from autograder.checking.execution.session import read_sources, standins_in
from autograder.checking.execution.verdicts import Status
from autograder.checking.feedback import known_mistakes
from autograder.checking.feedback.describe import precomputed
from autograder.places import BANK, CHECKING, GRADING, HIDDEN, PACKAGE, SOLUTIONS
from autograder.places import RECORDINGS as KEPT

from .guesses import Guesser
from .store import digest, folder_digest


def write(folder: Path, stages: Sequence[str] = CODE_STAGES) -> None:
    """Fill a folder with the recordings; they are made anew only where something changed.

    Args:
        folder: made where it is missing.
        stages: the keys of the stages whose recordings are wanted.

    Raises:
        RuntimeError: where a public check does not pass on the solutions.
    """
    places = {stage: KEPT / _content(stage) for stage in stages}
    missing = [stage for stage, kept in places.items() if not kept.is_dir()]
    if missing:
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as unfinished:
            for stage, made in _record(missing, Path(unfinished)):
                if not places[stage].is_dir():
                    made.rename(places[stage])
    for kept in places.values():
        shutil.copytree(kept, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)


def _content(stage: str) -> str:
    """A name for all that a stage's recordings depend on: what other stages ask is not in it."""
    checks = CHECKING / "checks"
    parts = [BANK / stage, HIDDEN / "recipes", SOLUTIONS]
    shared = [path for path in CHECKING.rglob("*.py") if path.parent != checks]
    shared += [GRADING / "guesses.py", GRADING / "recordings.py"]
    shared += [*(PACKAGE / "bank").glob("*.py"), checks / f"test_{stage}.py"]
    texts = (part for path in sorted(shared) for part in (path.name, path.read_bytes()))
    return digest(stage, folder_digest(*parts), torch.__version__, *texts)


def _record(stages: Sequence[str], place: Path) -> Iterator[tuple[str, Path]]:
    """The recordings of some stages, each in a folder of its own, as they are finished."""
    launcher = unconfined()
    solutions = read_sources(SOLUTIONS)
    live = LiveReference(solutions, launcher)
    try:
        for stage in stages:
            folder = place / stage
            guesser = Guesser(live)
            recorder = Recorder(guesser)
            judgement = _executor(stage, recorder).judge_stage(stage, solutions, launcher)
            for verdict in judgement.verdicts:
                if verdict.status is not Status.PASSED:
                    raise RuntimeError(
                        f"{verdict.check} does not pass on the solutions: {verdict.message}"
                    )
            recorder.save(folder, stage)
            precomputed.save(folder, stage, guesser.kept)
            executor = _executor(stage, live)
            found = suspecting.known_mistakes(
                stage,
                solutions,
                lambda stage, sources: executor.judge_stage(stage, sources, launcher),  # noqa: B023
            )
            known_mistakes.save(folder, stage, list(found))
            yield stage, folder
    finally:
        live.close()
        launcher.close()


def _executor(stage: str, reference: Runner) -> Executor:
    checks = [each for each in checks_in(autograder.checking.checks) if each.stage == stage]
    standins = standins_in(autograder.checking.checks)
    return Executor({stage: checks}, standins, reference, PUBLIC_SEED)
