"""Recording, for the student's package, what the public checks find: the solutions' answers, how
the bank's wrong versions fail, and what comes with one thing done otherwise."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import torch

import autograder.checking.checks
from autograder.bank.suspecting import suspects
from autograder.checking import suspects as known_mistakes
from autograder.checking.connection import Launcher
from autograder.checking.describe import guesses
from autograder.checking.forking import unconfined
from autograder.checking.probe import Run
from autograder.checking.recordings import Recorder
from autograder.checking.registry import checks_in
from autograder.checking.runner import PUBLIC_SEED, StageRunner
from autograder.checking.session import STANDIN_FOLDER, read_sources, standins_in
from autograder.checking.stages import CODE_STAGES
from autograder.checking.verdicts import Status

from .guesses import Guesser
from .reference import ROOT, SOLUTIONS, LiveReference
from .store import digest, folder_digest

KEPT = ROOT / "build" / "recordings"


def write(folder: Path) -> None:
    """Fill a folder with the recordings; they are made anew only where something changed.

    Raises:
        RuntimeError: where a public check does not pass on the solutions.
    """
    package = ROOT / "autograder"
    content = folder_digest(
        package / "checking", package / "bank", package / "hidden" / "recipes", SOLUTIONS
    )
    kept = KEPT / digest(content, torch.__version__)
    if not kept.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as unfinished:
            made = Path(unfinished) / "recordings"
            _record(made)
            if not kept.is_dir():
                made.rename(kept)
    shutil.copytree(kept, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)


def _record(folder: Path) -> None:
    launcher = unconfined()
    live = LiveReference(launcher)
    try:
        for stage in CODE_STAGES:
            guesser = Guesser(live)
            recorder = Recorder(guesser)
            for verdict in (
                _runner(stage, read_sources(SOLUTIONS), launcher, recorder).report().verdicts
            ):
                if verdict.status is not Status.PASSED:
                    raise RuntimeError(
                        f"{verdict.check} does not pass on the solutions: {verdict.message}"
                    )
            recorder.save(folder, stage)
            guesses.save(folder, stage, guesser.kept)
            found = suspects(
                stage,
                read_sources(SOLUTIONS),
                lambda stage, sources: _runner(stage, sources, launcher, live),
            )
            known_mistakes.save(folder, stage, found)
    finally:
        live.close()
        launcher.close()


def _runner(stage: str, sources: dict[str, str], launcher: Launcher, reference: Run) -> StageRunner:
    checks = [each for each in checks_in(autograder.checking.checks) if each.stage == stage]
    standins = standins_in(STANDIN_FOLDER)
    return StageRunner(stage, checks, sources, standins, launcher, reference, PUBLIC_SEED)
