"""Which stages of a submission pass at once: one worker for all of them, and no word on the rest.

First come the stages that need no stand-in, with the four files together, then the others in
their order, each with the files loaded anew below its stand-ins: a stand-in reaches the worker
when everything that it would solve is answered. What one stage's code leaves behind can help
another one no more than the files themselves can, which may import each other in every worker;
and since nothing but a pass counts, it costs no other stage anything. After a death the next
group gets a worker of its own.
"""

from __future__ import annotations

import threading

from autograder.checking.compare import CheckFailed
from autograder.checking.connection import Launcher
from autograder.checking.probe import ReferenceTrouble, Run
from autograder.checking.registry import Check
from autograder.checking.runner import require_own_work
from autograder.checking.session import COMPUTING_SECONDS_ONCE_SLOW, StageSession
from autograder.checking.stages import STAGES

from .script import Rehearsed, Script

Part = tuple[str, bool]


class Passing:
    """Tries stages of submissions.

    Args:
        checks: by stage.
        standins: stand-ins' texts, by stage.
        seed: whence the inputs come.
        reference: answers programs as the solution does.
    """

    def __init__(
        self, checks: dict[str, list[Check]], standins: dict[str, str], seed: bytes, reference: Run
    ) -> None:
        self.checks = checks
        self.standins = standins
        self.seed = seed
        self.reference = reference
        self.lock = threading.Lock()
        self.scripts: dict[Part, Script | None] = {}

    def __call__(self, stages: list[str], sources: dict[str, str], launcher: Launcher) -> set[Part]:
        """The parts of these stages of which every check passes.

        Args:
            stages: keys, in order.
            sources: the submission's files, by module name.
            launcher: whence workers come.

        Returns:
            Pairs of a stage's key and whether its checks that run the four files together are
            meant, or the others.
        """
        alone = [(stage, False) for stage in stages if not STAGES[stage].needs]
        together = [
            (stage, True) for stage in stages if any(c.together for c in self.checks[stage])
        ]
        groups = [[*alone, *together], *([(s, False)] for s in stages if STAGES[s].needs)]
        session = StageSession(
            stages[0],
            sources,
            self.standins,
            launcher,
            slow=True,
            computing=COMPUTING_SECONDS_ONCE_SLOW,
        )
        found: set[Part] = set()
        try:
            for parts in groups:
                found |= self._passed(parts, sources, session)
        except RuntimeError:  # No worker can be started: who judges the stages says so.
            pass
        finally:
            session.close()
        return {(stage, which) for stage, which in found if (stage, False) in found}

    def rehearse(self, stage: str, session: StageSession, together: bool) -> Rehearsed | None:
        """A session's answers to all that a stage asks; None where they do not all come.

        Args:
            stage: its key.
            session: with the submission, for this stage.
            together: whether the checks that run the four files together are meant.
        """
        script = self._script((stage, together))
        if script is None:
            return None
        try:
            answers = session.run_all(script.asked, script.count)
        except RuntimeError:  # No worker can be started: who judges the stage says so.
            return None
        return None if answers is None else Rehearsed(script, answers, session.run)

    def _passed(
        self, parts: list[Part], sources: dict[str, str], session: StageSession
    ) -> set[Part]:
        found: set[Part] = set()
        if parts:
            stage, together = parts[-1]
            session.turn_to(stage, together or not STAGES[parts[0][0]].needs)
        for part in parts:
            script = self._script(part)
            if script is None or not own_work(part[0], sources):
                continue
            answers = session.run_all(script.asked, script.count)
            if answers is None:
                break
            if script.passed_by(answers):
                found.add(part)
        return found

    def _script(self, part: Part) -> Script | None:
        with self.lock:
            if part not in self.scripts:
                stage, together = part
                checks = [each for each in self.checks[stage] if each.together == together]
                try:
                    self.scripts[part] = Script(checks, self.seed, self.reference)
                except (ReferenceTrouble, CheckFailed):
                    self.scripts[part] = None  # Who judges the stage says so.
            return self.scripts[part]


def own_work(stage: str, sources: dict[str, str]) -> bool:
    """Whether a stage's files are there and the student's own, as far as can be read."""
    try:
        require_own_work(stage, sources)
    except CheckFailed:
        return False
    return True
