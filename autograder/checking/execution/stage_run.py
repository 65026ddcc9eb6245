"""One stage of one submission: its checks in order, each with its verdict."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..api.check import Check
from ..api.compare import CheckFailed, Difference
from ..api.probe import Probe, ReferenceTrouble
from ..api.program import Answer, Program, Reply, Runner
from ..assignments import STAGES
from .connection import Launcher
from .entry import require_copies, require_own_work
from .script import Replay, Script
from .session import StageSession
from .source import defined_twice
from .verdicts import Status, Verdict

if TYPE_CHECKING:
    from .executor import Executor

ENTRY = "test_files"
TOO_NEW = "This costs nothing: a person grades these files with a newer Python."


Asked = tuple[Script | None, dict[str, list[Answer]]]
NOTHING: Asked = (None, {})


class PassesAlone(Exception):
    """A check passes that did not pass among the checks of all stages."""


class TooNew(Exception):
    """A file is written for a newer Python than the one that judges it."""


@dataclass(frozen=True)
class Failure:
    """One failed check, as it was found.

    Attributes:
        message: for the student.
        difference: the tensors that should be the same, where it is about such.
        program: what the check asked for last; None where it asked nothing.
        answer: the submission's answer to that; None where none came.
        expected: the reference's; None where it is not needed, or has none.
    """

    message: str
    difference: Difference | None
    program: Program | None
    answer: Reply | None
    expected: Reply | None

    @classmethod
    def of(cls, failure: CheckFailed, probe: Probe) -> Failure:
        """The failure of the check that was given this probe."""
        program, answer = probe.last
        expected = None
        if program and answer and failure.difference is None:
            with contextlib.suppress(ReferenceTrouble):  # Not every program has a recorded answer.
                expected = probe.reference.run(program)
        return cls(str(failure), failure.difference, program, answer, expected)


@dataclass(frozen=True)
class Judgement:
    """What a stage's checks found, without a word on why.

    Attributes:
        stage: the stage's key.
        verdicts: in the order of the checks.
        failures: by check.
        notes: remarks that are no verdict.
    """

    stage: str
    verdicts: tuple[Verdict, ...]
    failures: dict[str, Failure]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it earned all points, and nothing is left to a person."""
        errors = any(each.status is Status.GRADER_ERROR for each in self.verdicts)
        return not errors and all(each.earned == each.points for each in self.verdicts)


@dataclass
class StageRun:
    """Judges one stage of one submission.

    Attributes:
        executor: knows the checks, the stand-ins, the reference, the seed and the limits.
        stage: the stage's key.
        sources: the submission's files, by module name.
        launcher: whence workers come.
        passed: names of checks that are known to pass, unless another one blocks them.
        passes: judges an earlier stage that has no stand-in here; True where it is passed.
    """

    executor: Executor
    stage: str
    sources: dict[str, str]
    launcher: Launcher
    passed: set[str]
    passes: Callable[[str], bool]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    sessions: dict[bool, StageSession] = field(default_factory=dict)
    asked: dict[bool, Asked] = field(default_factory=dict)

    @property
    def checks(self) -> list[Check]:
        """The stage's checks, each after those it rests on."""
        return self.executor.checks[self.stage]

    def judgement(self) -> Judgement:
        """All verdicts of the stage; the workers are ended afterwards.

        Where a check passes alone that did not pass among all, the stage is judged as if nothing
        were known of it.
        """
        try:
            verdicts = [self.entry(), *(self.verdict(each) for each in self.checks)]
        except PassesAlone:
            self.close()  # Two runs at once would count as one submission's memory.
            return self.executor.stage_run(self.stage, self.sources, self.launcher).judgement()
        finally:
            self.close()
        return Judgement(self.stage, tuple(verdicts), self.failures, tuple(self._notes(verdicts)))

    def ask_one_by_one(self) -> None:
        """Ask each check's programs as it comes to them."""
        self.asked = dict.fromkeys((False, True), NOTHING)

    def close(self) -> None:
        """End the workers."""
        for session in self.sessions.values():
            session.close()

    def entry(self) -> Verdict:
        """The first verdict, worth nothing: the files are there, import, are the student's own."""
        if ENTRY not in self.verdicts:
            entered = any(not c.together and c.name in self.passed for c in self.checks)
            blank = self._entry()
            self.verdicts[ENTRY] = blank if entered else self._judge(blank, self._enter)
        return self.verdicts[ENTRY]

    def verdict(self, each: Check) -> Verdict:
        """The verdict of one check, once those it rests on have theirs."""
        if each.name not in self.verdicts:
            blank = Verdict(each.name, each.stage, each.title, each.points, Status.PASSED)
            self.verdicts[each.name] = self._blocked(each, blank) or self._check(each, blank)
        return self.verdicts[each.name]

    def session(self, together: bool) -> StageSession:
        """The submission in a worker, the four files as they are or with stand-ins."""
        if together not in self.sessions:
            standins, limits = self.executor.standins, self.executor.limits
            self.sessions[together] = StageSession(
                self.stage, self.sources, standins, self.launcher, together, limits
            )
        return self.sessions[together]

    def probe(self, each: Check, submission: Runner) -> Probe:
        """What the check is called with."""
        name = f"{each.stage}/{each.name}"
        return Probe(name, self.executor.seed, submission, self.executor.reference)

    def _blocked_by(self, each: Check) -> str | None:
        for stage in STAGES[self.stage].needs:
            if stage not in self.executor.standins and not self.passes(stage):
                return f"cannot be checked until the stage `{stage}` passes"
        if self.entry().status is not Status.PASSED:
            return f"cannot be checked until this is mended: {self.entry().title}"
        by_name = {check.name: check for check in self.checks}
        if each.together and (words := self._too_new(self.sources)):
            return f"cannot be checked: {words}"
        for name in each.rests_on:
            if self.verdict(by_name[name]).status is not Status.PASSED:
                return f"cannot be checked until this passes: {by_name[name].title}"
        return None

    def _blocked(self, each: Check, blank: Verdict) -> Verdict | None:
        reason = self._blocked_by(each)
        return (reason and replace(blank, status=Status.CANNOT_BE_CHECKED, message=reason)) or None

    def _check(self, each: Check, blank: Verdict) -> Verdict:
        right = replace(blank, earned=each.points)
        if each.name in self.passed:
            return right
        script, answers = self._asked(each.together)
        session = self.session(each.together)
        if script is None:
            probe = self.probe(each, session)
        elif script.known_to_pass(each, answers[each.name]):
            return self._believed(right)
        else:
            replay = Replay(script.programs[each.name], answers[each.name], session)
            probe = self.probe(each, replay)

        def run() -> None:
            try:
                each.function(probe)
            except CheckFailed as failure:
                self.failures[each.name] = Failure.of(failure, probe)
                raise

        return self._believed(self._judge(right, run))

    def _believed(self, verdict: Verdict) -> Verdict:
        """A verdict, unless it is a pass that contradicts what was seen among all."""
        if self.passed and verdict.status is Status.PASSED:
            raise PassesAlone
        return verdict

    def _asked(self, together: bool) -> Asked:
        """What the checks that are not known to pass ask of a passing submission, asked once; the
        answers by check."""
        if together not in self.asked:
            self.asked[together] = NOTHING
            if script := self.executor.scripts.of(self.stage, together):
                # Where no worker can be started, the check that needs one says so.
                part = script.part(self.passed)
                with contextlib.suppress(RuntimeError):
                    answers = self.session(together).try_all(part.asked, part.count)
                    if answers is not None:
                        self.asked[together] = script, part.by_check(answers)
        return self.asked[together]

    def _judge(self, blank: Verdict, run: Callable[[], None]) -> Verdict:
        try:
            run()
        except CheckFailed as failure:
            return replace(blank, status=Status.FAILED, message=str(failure), earned=0)
        except TooNew as words:
            return replace(blank, status=Status.GRADER_ERROR, message=str(words), earned=0)
        except Exception:
            trace = traceback.format_exc(limit=-4)
            return replace(blank, status=Status.GRADER_ERROR, message=trace, earned=0)
        return blank

    def _entry(self) -> Verdict:
        files = " and ".join(STAGES[self.stage].files)
        title = f"{files} can be imported, with nothing ready made inside"
        return Verdict(ENTRY, self.stage, title, 0, Status.PASSED)

    def _notes(self, verdicts: list[Verdict]) -> list[str]:
        if all(each.status is Status.PASSED for each in verdicts):
            return []
        return [
            f"{file} defines {name} in line {first} and again in line {last}: the last one counts"
            for file in STAGES[self.stage].files
            for name, first, last in defined_twice(self.sources.get(Path(file).stem, ""))
        ]

    def _enter(self) -> None:
        require_copies(self.executor.required.get(self.stage, ()), self.sources)
        require_own_work(self.stage, self.sources)
        if error := self.session(False).load():
            own = {Path(file).stem for file in STAGES[self.stage].files}
            if words := self._too_new(own):
                raise TooNew(f"{words}\n{TOO_NEW}")
            raise CheckFailed(error)

    def _too_new(self, modules: Iterable[str]) -> str:
        """The first of some files that only a newer Python can read, in words; "" for none."""
        for module in sorted(modules):
            if words := self.executor.newer(self.sources.get(module, "")):
                return f"{module}.py, {words}"
        return ""
