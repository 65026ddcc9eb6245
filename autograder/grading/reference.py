"""The live reference: the solutions in workers of their own, each answer computed once."""

from __future__ import annotations

import threading
from pathlib import Path

from autograder.checking.compare import CheckFailed
from autograder.checking.connection import Launcher
from autograder.checking.probe import ReferenceTrouble
from autograder.checking.programs import TARGETS, Program, Reply
from autograder.checking.session import StageSession, read_sources
from autograder.checking.stages import ASSIGNMENTS

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"
# An assignment's last stage uses all of its files.
LAST_STAGES = {
    Path(file).stem: assignment.code_stages[-1]
    for assignment in ASSIGNMENTS.values()
    for file in assignment.files
}


class LiveReference:
    """Answers programs by running the solutions, and remembers every answer.

    Args:
        launcher: whence its workers come; the solutions are trusted, so plain ones.
    """

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.lock = threading.Lock()
        self.sessions: dict[str, StageSession] = {}
        self.replies: dict[str, Reply] = {}

    def __call__(self, program: Program) -> Reply:
        """The solutions' answer.

        Raises:
            ReferenceTrouble: where they cannot give one.
        """
        digest = program.digest
        with self.lock:
            if digest not in self.replies:
                session = self._session(LAST_STAGES[TARGETS[program.target]])
                session.spent = 0.0
                try:
                    self.replies[digest] = session.run(program)
                except CheckFailed as error:
                    raise ReferenceTrouble(str(error)) from error
            return self.replies[digest]

    def close(self) -> None:
        """End its workers."""
        for session in self.sessions.values():
            session.close()
        self.sessions.clear()

    def _session(self, stage: str) -> StageSession:
        if stage not in self.sessions:
            self.sessions[stage] = StageSession(
                stage, read_sources(SOLUTIONS), {}, self.launcher, together=True
            )
        return self.sessions[stage]
