"""How the bank's wrong versions fail the checks: what a submission's failures are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.bank import load
from autograder.checking.execution.stage_run import Judgement
from autograder.checking.execution.verdicts import Status
from autograder.checking.feedback.diagnosis import signatures
from autograder.checking.feedback.known_mistakes import KnownMistake


def known_mistakes(
    stage: str, solutions: dict[str, str], judge: Callable[[str, dict[str, str]], Judgement]
) -> Iterator[KnownMistake]:
    """A stage's wrong versions, as the checks at hand see them; those that pass are left out.

    Args:
        stage: the stage's key.
        solutions: the files over which each wrong version is laid, by module name.
        judge: judges a stage of files.
    """
    for wrong in load(stage):
        judgement = judge(stage, wrong.over(solutions))
        blocked = tuple(
            each.check for each in judgement.verdicts if each.status is Status.CANNOT_BE_CHECKED
        )
        if judgement.failures:
            yield KnownMistake(wrong.sentence, signatures(judgement), blocked)
