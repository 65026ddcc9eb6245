"""Which checks a submission passes at once: one worker for all stages, and no word on the rest.

First come the stages that need no stand-in, with the four files together, then the others in
their order, each with the files loaded anew below its stand-ins: a stand-in reaches the worker
when everything that it would solve is answered. What one stage's code leaves behind can help
another one no more than the files themselves can, which may import each other in every worker;
and since nothing but a pass counts, it costs no other stage anything. After a death the next
group gets a worker of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

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
    """Tries the checks of submissions.

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

    def __call__(
        self, stages: list[str], sources: dict[str, str], launcher: Launcher
    ) -> dict[str, set[str]]:
        """The names of the checks that pass, by stage.

        Args:
            stages: keys, in order.
            sources: the submission's files, by module name.
            launcher: whence workers come.
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
        found: dict[str, set[str]] = {stage: set() for stage in stages}
        try:
            for parts in groups:
                for (stage, _), names in self._passed(parts, sources, session):
                    found[stage] |= names
        except RuntimeError:  # No worker can be started: who judges the stages says so.
            pass
        finally:
            session.close()
        return found

    def rehearse(self, session: StageSession, each: Check) -> Rehearsed | None:
        """A session's answers to all that a check asks; None where they do not all come.

        Args:
            session: with the submission, for the check's stage.
            each: the check.
        """
        script = self._script((each.stage, each.together))
        if script is None:
            return None
        asked, count = script.asked_by[each.name], len(script.programs[each.name])
        patience = session.slow, session.computing
        session.computing = COMPUTING_SECONDS_ONCE_SLOW
        try:
            answers = session.run_all(asked, count)
        except RuntimeError:  # No worker can be started: who judges the stage says so.
            return None
        finally:
            session.slow, session.computing = patience
        return None if answers is None else Rehearsed(script, each, answers, session.run)

    def _passed(
        self, parts: list[Part], sources: dict[str, str], session: StageSession
    ) -> Iterator[tuple[Part, set[str]]]:
        if parts:
            stage, together = parts[-1]
            session.turn_to(stage, together or not STAGES[parts[0][0]].needs)
        for part in parts:
            script = self._script(part)
            if script is None or not own_work(part[0], sources):
                continue
            answers = session.run_all(script.asked, script.count)
            if answers is None:
                return
            yield part, script.passed_by(answers)

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
