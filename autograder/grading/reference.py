"""The live reference: the solutions in workers of their own, each answer computed once."""

from __future__ import annotations

import threading
from pathlib import Path

from autograder.checking.compare import CheckFailed
from autograder.checking.connection import Launcher
from autograder.checking.probe import ReferenceTrouble
from autograder.checking.programs import Program, Reply
from autograder.checking.session import StageSession, read_sources

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"


class LiveReference:
    """Answers programs by running the solutions, and remembers every answer.

    Args:
        launcher: whence its workers come; the solutions are trusted, so plain ones.
    """

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.lock = threading.Lock()
        self.session: StageSession | None = None
        self.replies: dict[str, Reply] = {}

    def __call__(self, program: Program) -> Reply:
        """The solutions' answer.

        Raises:
            ReferenceTrouble: where they cannot give one.
        """
        digest = program.digest
        with self.lock:
            if digest not in self.replies:
                if self.session is None:
                    self.session = StageSession(
                        "vit", read_sources(SOLUTIONS), {}, self.launcher, together=True
                    )
                self.session.spent = 0.0
                try:
                    self.replies[digest] = self.session.run(program)
                except CheckFailed as error:
                    raise ReferenceTrouble(str(error)) from error
            return self.replies[digest]

    def close(self) -> None:
        """End its worker."""
        if self.session:
            self.session.close()
            self.session = None
