"""Running a stage's checks in order and making their verdicts."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from .compare import CheckFailed
from .connection import Launcher
from .describe import Knowledge
from .diagnosis import Failure, diagnosed
from .hints import defined_twice, no_python
from .probe import Probe, Run
from .programs import Program, Reply
from .registry import Check, in_order
from .session import StageSession
from .source import ready_made
from .stages import STAGES
from .suspects import Suspect
from .verdicts import StageReport, Status, Verdict

ENTRY = "test_files"
TOO_NEW = "This costs nothing: a person grades these files with a newer Python."
PUBLIC_SEED = b"public"


class TooNew(Exception):
    """A file is written for a newer Python than the one that judges it."""


class Rehearsal(Protocol):
    """A submission's answers to what a check asks, all come before the check runs."""

    def passes(self) -> bool:
        """Whether they are, byte for byte, answers that passed this check before."""

    def run(self, program: Program) -> Reply:
        """Answers the check: from what has come, or where it asks for more, from the worker."""


@dataclass
class StageRunner:
    """Judges one stage of one submission.

    Attributes:
        stage: the stage's key.
        checks: of this stage.
        sources: the submission's files, by module name.
        standins: stand-ins' texts, by stage.
        launcher: whence workers come.
        reference: answers programs as the solution does.
        seed: whence the inputs come.
        earlier: judges a stage that has no stand-in here; True where it is passed.
        suspects: gives the stage's known mistakes; asked where a check fails.
        knowledge: gives rules for differences that no known mistake explains.
        copied: files of an earlier assignment that have to be there, too.
        passed: names of checks that are known to pass, unless another one blocks them.
        rehearse: asks at once what a check will ask; gives None where the answers do not all come,
            or nobody knows what it asks.
        newer: what a source uses that only a newer Python knows, in words; "" where nothing.
    """

    stage: str
    checks: list[Check]
    sources: dict[str, str]
    standins: dict[str, str]
    launcher: Launcher
    reference: Run
    seed: bytes
    earlier: Callable[[str], bool] = lambda stage: True
    suspects: Callable[[], list[Suspect]] = list
    knowledge: Callable[[], Knowledge] = Knowledge
    copied: tuple[str, ...] = ()
    passed: set[str] = field(default_factory=set)
    rehearse: Callable[[StageSession, Check], Rehearsal | None] = lambda session, each: None
    newer: Callable[[str], str] = lambda source: ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    sessions: dict[bool, StageSession] = field(default_factory=dict)

    def report(self) -> StageReport:
        """All verdicts of the stage, diagnosed; the worker is ended afterwards."""
        verdicts = diagnosed(self.judged(), self.failures, self.suspects, self.knowledge)
        return StageReport(self.stage, tuple(verdicts), tuple(self._notes(verdicts)))

    def judged(self) -> list[Verdict]:
        """All verdicts of the stage as its checks find them; the worker is ended afterwards."""
        try:
            return [self.entry(), *(self.verdict(each) for each in in_order(self.checks))]
        finally:
            self.close()

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
            self.sessions[together] = StageSession(
                self.stage, self.sources, self.standins, self.launcher, together
            )
        return self.sessions[together]

    def blocked_by(self, each: Check) -> str | None:
        """Why the check says nothing now, or None where it can be run."""
        for stage in STAGES[self.stage].needs:
            if stage not in self.standins and not self.earlier(stage):
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
        reason = self.blocked_by(each)
        return (reason and replace(blank, status=Status.CANNOT_BE_CHECKED, message=reason)) or None

    def probe(self, each: Check, run: Run) -> Probe:
        """What the check is called with; `run` answers as the submission does."""
        return Probe(f"{each.stage}/{each.name}", self.seed, run, self.reference)

    def _check(self, each: Check, blank: Verdict) -> Verdict:
        right = replace(blank, earned=each.points)
        if each.name in self.passed:
            return right
        session = self.session(each.together)
        rehearsal = self.rehearse(session, each)
        if rehearsal and rehearsal.passes():
            return right
        probe = self.probe(each, rehearsal.run if rehearsal else session.run)

        def run() -> None:
            try:
                each.function(probe)
            except CheckFailed as failure:
                self.failures[each.name] = Failure.of(failure, probe)
                raise

        return self._judge(right, run)

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
        require_copies(self.copied, self.sources)
        require_own_work(self.stage, self.sources)
        if error := self.session(False).load():
            own = {Path(file).stem for file in STAGES[self.stage].files}
            if words := self._too_new(own):
                raise TooNew(f"{words}\n{TOO_NEW}")
            raise CheckFailed(error)

    def _too_new(self, modules: Iterable[str]) -> str:
        """The first of some files that only a newer Python can read, in words; "" for none."""
        for module in sorted(modules):
            if words := self.newer(self.sources.get(module, "")):
                return f"{module}.py, {words}"
        return ""


def require_copies(files: tuple[str, ...], sources: dict[str, str]) -> None:
    """Fail unless the files of an earlier assignment lie here, too.

    Args:
        files: their names.
        sources: the files that are here, by module name.

    Raises:
        CheckFailed: names those that are missing.
    """
    lacking = [file for file in files if Path(file).stem not in sources]
    if lacking:
        raise CheckFailed(
            f"not beside the notebook: {', '.join(lacking)}; this builds on your homework\n"
            "Try: copy your homework's files into this folder; whoever could not finish them asks "
            "the instructor for working ones."
        )


def require_own_work(stage: str, sources: dict[str, str]) -> None:
    """Fail unless a stage's files are there, are text, and name nothing ready made.

    Args:
        stage: the stage's key.
        sources: the submission's files, by module name.

    Raises:
        CheckFailed: says which file, and what to do about it.
    """
    for file in STAGES[stage].files:
        source = sources.get(Path(file).stem)
        if source is None:
            raise CheckFailed(
                f"{file} was not found beside the notebook, or is no ordinary file, or is "
                "larger than 1 MiB\n"
                "Try: put it back under exactly this name."
            )
        if trouble := no_python(source):
            raise CheckFailed(f"{file} {trouble}")
        for line, name in scan(source, file):
            raise CheckFailed(
                f"{file}, line {line}: {name} is ready made, and this stage is about writing it"
                "\nTry: write the formula yourself; matmul, softmax and nn.Linear are all it "
                "takes."
            )


def scan(source: str, file: str) -> list[tuple[int, str]]:
    """Ready-made names in a source; none where it does not parse (importing it says why).

    Raises:
        CheckFailed: where it is nested so deeply that it cannot be looked through.
    """
    try:
        return ready_made(source)
    except (SyntaxError, ValueError):
        return []
    except (RecursionError, MemoryError) as error:
        raise CheckFailed(
            f"{file} is nested too deeply to be read\n"
            "Try: give the parts of long expressions names of their own, a line each."
        ) from error
