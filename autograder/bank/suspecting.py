"""How the bank's wrong versions fail the checks: what a submission's failures are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.bank import WrongVersion, load
from autograder.checking.runner import StageRunner
from autograder.checking.suspects import Suspect
from autograder.checking.verdicts import Status

Judge = Callable[[str, dict[str, str]], StageRunner]


def suspects(stage: str, solutions: dict[str, str], judge: Judge) -> list[Suspect]:
    """A stage's wrong versions, as the checks at hand see them; those that pass are left out.

    Args:
        stage: the stage's key.
        solutions: the files over which each wrong version is laid, by module name.
        judge: makes what judges a stage of files.
    """
    return list(_seen(load(stage), solutions, judge))


def _seen(
    versions: list[WrongVersion], solutions: dict[str, str], judge: Judge
) -> Iterator[Suspect]:
    for wrong in versions:
        runner = judge(wrong.stage, wrong.over(solutions))
        verdicts = runner.judged()
        blocked = tuple(v.check for v in verdicts if v.status is Status.CANNOT_BE_CHECKED)
        evidence = {check: failure.evidence for check, failure in runner.failures.items()}
        if evidence:
            yield Suspect(wrong.sentence, evidence, blocked)
