"""Recording the solutions' answers to the public checks, for the student's package."""

from __future__ import annotations

from pathlib import Path

import autograder.checking.checks
from autograder.checking.connection import PlainLauncher
from autograder.checking.recordings import Recorder
from autograder.checking.registry import checks_in
from autograder.checking.runner import PUBLIC_SEED, StageRunner
from autograder.checking.session import STANDIN_FOLDER, read_sources, standins_in
from autograder.checking.stages import CODE_STAGES
from autograder.checking.verdicts import Status

from .reference import SOLUTIONS, LiveReference


def write(folder: Path) -> None:
    """Run the public checks on the solutions and record what the reference answered.

    Raises:
        RuntimeError: where a public check does not pass on the solutions.
    """
    launcher = PlainLauncher()
    live = LiveReference(launcher)
    public = checks_in(autograder.checking.checks)
    try:
        for stage in CODE_STAGES:
            recorder = Recorder(live)
            report = StageRunner(
                stage,
                [each for each in public if each.stage == stage],
                read_sources(SOLUTIONS),
                standins_in(STANDIN_FOLDER),
                launcher,
                recorder,
                PUBLIC_SEED,
            ).report()
            for verdict in report.verdicts:
                if verdict.status is not Status.PASSED:
                    raise RuntimeError(
                        f"{verdict.check} does not pass on the solutions: {verdict.message}"
                    )
            recorder.save(folder, stage)
    finally:
        live.close()
        launcher.close()
