"""What a stage's mistakes seem to be: known ones by name, others as they can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..api.answers import values_of
from ..assignments import FUNCTIONS, STAGES
from ..execution.stage_run import Failure, Judgement
from ..execution.verdicts import StageReport, Status, Verdict
from .describe import describe, describe_answers, scene_for
from .describe.case import Rule
from .known_mistakes import KnownMistake, Resemblance, resemblances
from .signature import Signature

BY_NUMBERS = "Your numbers are those of this mistake: "
BY_WORDS = "Perhaps, since it fails in the same way: "
MOST_SEEN = 2


def diagnosed(
    judgement: Judgement,
    mistakes: Callable[[], list[KnownMistake]],
    rules: Callable[[], Sequence[Rule]],
) -> StageReport:
    """The report on a stage: each failed check with its diagnosis and where to read again.

    Args:
        judgement: what the stage's checks found.
        mistakes: gives the stage's known mistakes; called only where something failed.
        rules: gives the rules, from outside, for what no known mistake explains.
    """
    verdicts, failures = judgement.verdicts, judgement.failures
    if failures:
        passed = {each.check for each in verdicts if each.status is Status.PASSED}
        known = resemblances(signatures(judgement), passed, mistakes())
        known_rules = rules()
        verdicts = tuple(
            _complete(each, failures[each.check], known[each.check], known_rules)
            if each.check in failures and each.status is Status.FAILED
            else each
            for each in verdicts
        )
    return StageReport(judgement.stage, verdicts, judgement.notes)


def signatures(judgement: Judgement) -> dict[str, Signature]:
    """How each failed check of a stage failed."""
    return {
        check: Signature.of(failure.message, failure.program, failure.answer)
        for check, failure in judgement.failures.items()
    }


def _complete(
    verdict: Verdict, failure: Failure, known: list[Resemblance], rules: Sequence[Rule]
) -> Verdict:
    """A failed check's verdict with its diagnosis and where to read again."""
    named = tuple((BY_NUMBERS if each.certain else BY_WORDS) + each.sentence for each in known)
    target = failure.program.target if failure.program else None
    reading = where_to_read(verdict.stage, target)
    return replace(verdict, diagnosis=named or seen(failure, rules), reading=reading)


def seen(failure: Failure, rules: Sequence[Rule]) -> tuple[str, ...]:
    """What can be seen of the difference, in the terms of the problem."""
    program, difference = failure.program, failure.difference
    if program is None:
        return ()
    if difference is None:
        if failure.answer is None or failure.expected is None:
            return ()
        got, expected = values_of(failure.answer), values_of(failure.expected)
        return tuple(describe_answers(program, got, expected, rules)[:MOST_SEEN])
    part = difference.what.rpartition(": ")[2]
    scene = scene_for(program, program.calls[-1], part, difference.expected)
    return tuple(describe(difference.got, difference.expected, scene, rules)[:MOST_SEEN])


def where_to_read(stage: str, target: str | None) -> str:
    """The section of the notebook, and of a paper where one says it, to read again.

    Args:
        stage: the stage's key.
        target: the function or class that was called last; None where none was.
    """
    section = f"the notebook's section “{STAGES[stage].title}”"
    return f"{section}; {FUNCTIONS[target].reading}" if target else section
