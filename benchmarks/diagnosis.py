"""What the feedback says of wrong versions that were written without knowing the diagnosis.

    python -m benchmarks.diagnosis

They lie in `benchmarks/further/STAGE/`, each with its true mistake as its docstring. Whether what
is said names it (the true axis, factor or missing operation) is judged by hand, and kept with
the sentence that was judged in `benchmarks/further/judgement.toml`.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

from autograder import bank
from autograder.bank.judging import SOLUTIONS, diagnose
from autograder.checking.assignments import CODE_STAGES
from autograder.checking.execution.verdicts import Status

FURTHER = Path(__file__).parent / "further"
TABLE = Path(__file__).parent / "diagnosis.md"
INTRODUCTION = """# Diagnosis of wrong versions it had not seen

Made by `python -m benchmarks.diagnosis`. The versions were written by two authors, 22 and 20, from
the contract alone, after the diagnosis was finished and without reading it or the bank (which has
some of them, too); whether it names the mistake was judged by hand
(`benchmarks/further/judgement.toml`). Said is what the feedback gives as the reason for the first
check that has one.
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one version.

    Attributes:
        stage, name: which one.
        truth: its mistake, in its author's words.
        failed: the checks that it fails.
        said: the first reason given, over its failed checks.
    """

    stage: str
    name: str
    truth: str
    failed: tuple[str, ...]
    said: str


def outcomes() -> list[Outcome]:
    """Every further version, judged as a submission is."""
    return [
        outcome(stage, path)
        for stage in CODE_STAGES
        for path in sorted((FURTHER / stage).glob("*.py"))
    ]


def outcome(stage: str, path: Path) -> Outcome:
    """One version, judged."""
    text = path.read_text()
    sources = bank.overlaid(SOLUTIONS, {bank.module_changed(text): text})
    verdicts = diagnose(stage, sources).verdicts
    failed = [each for each in verdicts if each.status is Status.FAILED]
    reasons = [" ".join(each.diagnosis) for each in failed if each.diagnosis]
    message = failed[0].message.splitlines()[0] if failed else "nothing: no check fails"
    truth = " ".join((ast.get_docstring(ast.parse(text)) or "").split())
    names = tuple(each.check for each in failed)
    return Outcome(stage, path.stem, truth, names, reasons[0] if reasons else message)


def table(found: list[Outcome], judgement: dict[str, dict[str, dict[str, object]]]) -> str:
    """The outcomes as Markdown, with how many were named."""
    lines = [
        INTRODUCTION,
        "| stage | version | its mistake | said | named |",
        "| --- | --- | --- | --- | --- |",
    ]
    named = 0
    for each in found:
        judged = judgement.get(each.stage, {}).get(each.name, {})
        word = "not judged"
        if judged.get("said") == each.said:
            named += bool(judged["named"])
            word = "yes" if judged["named"] else "no"
        if note := judged.get("note"):
            word += f" ({note})"
        said = each.said.replace("|", "\\|")
        lines.append(f"| {each.stage} | `{each.name}` | {each.truth} | {said} | {word} |")
    return "\n".join([*lines, "", f"Named: {named} of {len(found)}.", ""])


def main() -> None:
    """Judge, write the table, print it."""
    judgement = tomllib.loads((FURTHER / "judgement.toml").read_text())
    text = table(outcomes(), judgement)
    TABLE.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
