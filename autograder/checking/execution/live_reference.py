"""The live reference: the solutions in workers of their own, each answer computed once."""

from __future__ import annotations

import threading

from ..api.compare import CheckFailed
from ..api.probe import ReferenceTrouble
from ..api.program import Program, Reply
from ..assignments import ASSIGNMENTS, FUNCTIONS
from .connection import Launcher
from .session import StageSession

# An assignment's last stage uses all of its files.
LAST_STAGES = {
    file: assignment.code_stages[-1]
    for assignment in ASSIGNMENTS.values()
    for file in assignment.files
}


class LiveReference:
    """Answers programs by running the solutions, and remembers every answer.

    Args:
        solutions: the files, by module name.
        launcher: whence its workers come; the solutions are trusted, so plain ones.
    """

    def __init__(self, solutions: dict[str, str], launcher: Launcher) -> None:
        self.solutions = solutions
        self.launcher = launcher
        self.lock = threading.Lock()
        self.sessions: dict[str, StageSession] = {}
        self.replies: dict[str, Reply] = {}

    def run(self, program: Program) -> Reply:
        """The solutions' answer.

        Raises:
            ReferenceTrouble: where they cannot give one.
        """
        digest = program.digest
        with self.lock:
            if digest not in self.replies:
                session = self._session(LAST_STAGES[FUNCTIONS[program.target].file])
                session.renew()
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
                stage, self.solutions, {}, self.launcher, together=True
            )
        return self.sessions[stage]
