"""What a stage's mistakes seem to be: known ones by name, others as they can be seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .answers import values_of
from .compare import CheckFailed, Difference
from .describe import Knowledge, describe, describe_answers, scene_for
from .evidence import Evidence
from .probe import Probe, ReferenceTrouble
from .programs import Program
from .reading import where_to_read
from .suspects import Suspect, resemblances
from .verdicts import Status, Verdict

BY_NUMBERS = "Your numbers are those of this mistake: "
BY_WORDS = "Perhaps, since it fails in the same way: "
MOST_SEEN = 2


@dataclass(frozen=True)
class Failure:
    """One failed check.

    Attributes:
        evidence: how it failed.
        program: what the check asked for last; None where it asked nothing.
        difference: the tensors that should be the same, where it is about such.
        got, expected: the values of that program's calls, the submission's and the reference's;
            empty where one of them has none.
    """

    evidence: Evidence
    program: Program | None
    difference: Difference | None
    got: tuple[Any, ...] = ()
    expected: tuple[Any, ...] = ()

    @classmethod
    def of(cls, failure: CheckFailed, probe: Probe) -> Failure:
        """The failure of the check that was given this probe."""
        program, answer = probe.last
        evidence = Evidence.of(str(failure), program, answer)
        got = expected = ()
        if program and answer and failure.difference is None:
            with contextlib.suppress(ReferenceTrouble):  # Not every program has a recorded answer.
                got, expected = values_of(answer), values_of(probe.reference(program))
        return cls(evidence, program, failure.difference, got, expected)

    def seen(self, knowledge: Knowledge) -> tuple[str, ...]:
        """What can be seen of the difference, in the terms of the problem."""
        if self.program is None:
            return ()
        if self.difference is None:
            found = describe_answers(self.program, self.got, self.expected, knowledge)
            return tuple(found[:MOST_SEEN])
        what, got, expected = self.difference.what, self.difference.got, self.difference.expected
        part = what.rpartition(": ")[2]
        scene = scene_for(self.program, self.program.calls[-1], part, expected)
        return tuple(describe(got, expected, scene, knowledge)[:MOST_SEEN])


def diagnosed(
    verdicts: list[Verdict],
    failures: dict[str, Failure],
    suspects: Callable[[], list[Suspect]],
    knowledge: Callable[[], Knowledge],
) -> list[Verdict]:
    """The verdicts of a stage, each failed one with its diagnosis and where to read again.

    Args:
        verdicts: of all the stage's checks.
        failures: by check.
        suspects: gives the stage's known mistakes; called only where something failed.
        knowledge: gives rules for differences that no known mistake explains.
    """
    if not failures:
        return verdicts
    passed = {each.check for each in verdicts if each.status is Status.PASSED}
    evidence = {check: failure.evidence for check, failure in failures.items()}
    known = resemblances(evidence, passed, suspects())
    rules = knowledge()

    def complete(verdict: Verdict) -> Verdict:
        failure = failures.get(verdict.check)
        if failure is None or verdict.status is not Status.FAILED:
            return verdict
        named = tuple(
            (BY_NUMBERS if each.certain else BY_WORDS) + each.sentence
            for each in known[verdict.check]
        )
        target = failure.program.target if failure.program else None
        reading = where_to_read(verdict.stage, target)
        return replace(verdict, diagnosis=named or failure.seen(rules), reading=reading)

    return [complete(verdict) for verdict in verdicts]
