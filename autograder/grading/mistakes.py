"""The bank's wrong versions on a round's inputs: judged once, shared, kept."""

from __future__ import annotations

import threading
from pathlib import Path

from autograder.bank.suspecting import known_mistakes
from autograder.checking.assignments import CODE_STAGES
from autograder.checking.execution.connection import Launcher
from autograder.checking.execution.executor import Executor
from autograder.checking.execution.session import read_sources
from autograder.checking.feedback.known_mistakes import KnownMistake, load, save
from autograder.places import SOLUTIONS


class KnownMistakes:
    """How the wrong versions of each stage fail its checks; asked for where a check fails.

    Args:
        executor: judges them.
        launcher: whence workers come; the bank is the staff's, so plain ones.
        folder: where they are kept for the next run; None keeps none.
    """

    def __init__(self, executor: Executor, launcher: Launcher, folder: Path | None) -> None:
        self.executor = executor
        self.launcher = launcher
        self.folder = folder
        self.locks = {stage: threading.Lock() for stage in CODE_STAGES}
        self.known: dict[str, list[KnownMistake]] = {}

    def of(self, stage: str) -> list[KnownMistake]:
        """The stage's known mistakes, in the bank's order."""
        with self.locks[stage]:
            if stage not in self.known:
                self.known[stage] = (self.folder and load(self.folder, stage)) or self._judge(stage)
            return self.known[stage]

    def _judge(self, stage: str) -> list[KnownMistake]:
        found = list(
            known_mistakes(
                stage,
                read_sources(SOLUTIONS),
                lambda stage, sources: self.executor.judge_stage(stage, sources, self.launcher),
            )
        )
        if self.folder:
            save(self.folder, stage, found)
        return found
