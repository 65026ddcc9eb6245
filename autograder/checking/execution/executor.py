"""The one road from a submission's files to its verdicts: for grader, notebook and bank.

Where there are several stages, all their checks are asked at once (`batch`), and what passes has
passed. What does not, and everything of a single stage, is asked in a worker of the stage's own
(`stage_run`): all programs at once, and what only a failed check wants to know, one by one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..api.check import Check, in_order
from ..api.program import Runner
from .batch import Batch
from .connection import Launcher
from .limits import Limits
from .script import Scripts
from .stage_run import Judgement, StageRun

PUBLIC_SEED = b"public"


class Executor:
    """Judges submissions.

    Args:
        checks: by stage.
        standins: stand-ins' texts, by stage.
        reference: answers programs as the solution does.
        seed: whence the inputs come.
        newer: what a source uses that only a newer Python knows, in words; "" where nothing.
        required: files of an earlier assignment that have to be there, too, by stage.
        limits: what a submission may take.

    Raises:
        ValueError: where two checks of a stage share a name, or one rests on a later one.
    """

    def __init__(
        self,
        checks: Mapping[str, Iterable[Check]],
        standins: dict[str, str],
        reference: Runner,
        seed: bytes,
        *,
        newer: Callable[[str], str] = lambda source: "",
        required: Mapping[str, tuple[str, ...]] | None = None,
        limits: Limits = Limits(),
    ) -> None:
        self.checks = {stage: in_order(each) for stage, each in checks.items()}
        self.standins = standins
        self.reference = reference
        self.seed = seed
        self.newer = newer
        self.required = required or {}
        self.limits = limits
        self.scripts = Scripts(self.checks, seed, reference)
        self.batch = Batch(self.scripts, standins, limits)

    def judge(
        self, stages: Sequence[str], sources: dict[str, str], launcher: Launcher
    ) -> Iterator[Judgement]:
        """What the checks of some code stages find.

        Args:
            stages: keys, in order.
            sources: the submission's files, by module name.
            launcher: whence workers come.
        """
        passed = self.batch.passed(stages, sources, launcher) if len(stages) > 1 else {}
        for stage in stages:
            yield self.stage_run(stage, sources, launcher, passed.get(stage, ())).judgement()

    def judge_stage(self, stage: str, sources: dict[str, str], launcher: Launcher) -> Judgement:
        """What the checks of one stage find."""
        return next(self.judge([stage], sources, launcher))

    def stage_run(
        self,
        stage: str,
        sources: dict[str, str],
        launcher: Launcher,
        passed: Iterable[str] = (),
    ) -> StageRun:
        """One stage of a submission, ready to be judged.

        Args:
            stage: its key.
            sources: the submission's files, by module name.
            launcher: whence workers come.
            passed: names of checks that are known to pass.
        """

        @functools.cache
        def passes(earlier: str) -> bool:
            # A stage whose checks are not here was judged by whoever has them.
            if earlier not in self.checks:
                return True
            return self.judge_stage(earlier, sources, launcher).passed

        return StageRun(self, stage, sources, launcher, set(passed), passes)
