"""Which checks a submission passes at once: one worker for all stages, and no word on the rest.

First come the stages that need no stand-in, with the four files together, then the others in
their order, each with the files loaded anew below its stand-ins: a stand-in reaches the worker
when everything that it would solve is answered. What one stage's code leaves behind can help
another one no more than the files themselves can, which may import each other in every worker;
and since nothing but a pass counts, it costs no other stage anything. After a death the next
group gets a worker of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..api.compare import CheckFailed
from ..assignments import STAGES
from .connection import Launcher
from .entry import require_own_work
from .limits import Limits
from .script import Scripts
from .session import StageSession

Part = tuple[str, bool]


class Batch:
    """Tries the checks of submissions.

    Args:
        scripts: what the stages' checks ask.
        standins: stand-ins' texts, by stage.
        limits: what a submission may take; here every program gets what a slow one gets.
    """

    def __init__(self, scripts: Scripts, standins: dict[str, str], limits: Limits) -> None:
        self.scripts = scripts
        self.standins = standins
        self.limits = limits

    def passed(
        self, stages: Sequence[str], sources: dict[str, str], launcher: Launcher
    ) -> dict[str, set[str]]:
        """The names of the checks that pass, by stage.

        Args:
            stages: keys, in order.
            sources: the submission's files, by module name.
            launcher: whence workers come.
        """
        alone = [(stage, False) for stage in stages if not STAGES[stage].needs]
        together = [
            (stage, True)
            for stage in stages
            if any(each.together for each in self.scripts.checks[stage])
        ]
        groups = [[*alone, *together], *([(s, False)] for s in stages if STAGES[s].needs)]
        session = StageSession(
            stages[0], sources, self.standins, launcher, limits=self.limits, slow=True
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

    def _passed(
        self, parts: list[Part], sources: dict[str, str], session: StageSession
    ) -> Iterator[tuple[Part, set[str]]]:
        if parts:
            stage, together = parts[-1]
            session.turn_to(stage, together or not STAGES[parts[0][0]].needs)
        for part in parts:
            script = self.scripts.of(*part)
            if script is None or not own_work(part[0], sources):
                continue
            answers = session.run_all(script.asked, script.count)
            if answers is None:
                return
            yield part, script.passed_by(answers)


def own_work(stage: str, sources: dict[str, str]) -> bool:
    """Whether a stage's files are there and the student's own, as far as can be read."""
    try:
        require_own_work(stage, sources)
    except CheckFailed:
        return False
    return True
