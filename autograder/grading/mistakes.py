"""The bank's wrong versions on a round's inputs: judged once, shared, kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from autograder.bank.suspecting import suspects
from autograder.checking.connection import Launcher
from autograder.checking.runner import StageRunner
from autograder.checking.session import read_sources
from autograder.checking.stages import CODE_STAGES
from autograder.checking.suspects import Suspect, load, save

from .reference import SOLUTIONS


class KnownMistakes:
    """How the wrong versions of each stage fail its checks; asked for where a check fails.

    Args:
        runner: makes what judges a stage of files with workers from a launcher.
        launcher: whence workers come; the bank is the staff's, so plain ones.
        folder: where they are kept for the next run; None keeps none.
    """

    def __init__(
        self,
        runner: Callable[[str, dict[str, str], Launcher], StageRunner],
        launcher: Launcher,
        folder: Path | None,
    ) -> None:
        self.runner = runner
        self.launcher = launcher
        self.folder = folder
        self.locks = {stage: threading.Lock() for stage in CODE_STAGES}
        self.known: dict[str, list[Suspect]] = {}

    def __call__(self, stage: str) -> list[Suspect]:
        """The stage's known mistakes, in the bank's order."""
        with self.locks[stage]:
            if stage not in self.known:
                self.known[stage] = (self.folder and load(self.folder, stage)) or self._judge(stage)
            return self.known[stage]

    def _judge(self, stage: str) -> list[Suspect]:
        found = suspects(
            stage,
            read_sources(SOLUTIONS),
            lambda stage, sources: self.runner(stage, sources, self.launcher),
        )
        if self.folder:
            save(self.folder, stage, found)
        return found
