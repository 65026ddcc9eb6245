"""A stage's report in words: for the terminal, and as HTML for notebook and feedback page."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import jinja2

from ..assignments import STAGES
from ..execution.verdicts import StageReport, Status, Verdict

SIGNS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.CANNOT_BE_CHECKED: "–",
    Status.GRADER_ERROR: "!",
}
COLOURS = {
    Status.PASSED: "#1b6e3c",
    Status.FAILED: "#a4262c",
    Status.CANNOT_BE_CHECKED: "#605e5c",
    Status.GRADER_ERROR: "#8a5a00",
}
WHY = "Why: "
TRY = "Try: "
READ = "Read again: "


def headline(report: StageReport) -> str:
    """One sentence: the stage, how many checks ended how, and the points."""
    counts = Counter(verdict.status for verdict in report.verdicts)
    parts = [f"{counts[status]} {status}" for status in Status if counts[status]]
    if report.needs_person:
        score = f"a person has to look ({report.points} points)"
    else:
        score = f"{report.earned} of {report.points} points"
    return f"{STAGES[report.stage].title} (stage {report.stage}): {score}; {', '.join(parts)}"


def as_text(report: StageReport) -> str:
    """The report for a terminal: a line for each check, the message of each that did not pass."""
    lines = [headline(report)]
    for verdict in report.verdicts:
        lines.append(f"  {SIGNS[verdict.status]} {verdict.status}{worth(verdict)}: {verdict.title}")
        if verdict.status is not Status.PASSED:
            lines += [f"      {line}" for line in explained(verdict)]
    lines += [f"  Note: {note}" for note in report.notes]
    return "\n".join(lines)


def as_html(report: StageReport) -> str:
    """The same report as HTML; every word that could be a student's is escaped."""
    rows = [
        {
            "sign": SIGNS[verdict.status],
            "status": verdict.status,
            "colour": COLOURS[verdict.status],
            "score": score(verdict),
            "title": verdict.title,
            "lines": [] if verdict.status is Status.PASSED else explained(verdict),
        }
        for verdict in report.verdicts
    ]
    return template().render(headline=headline(report), rows=rows, notes=report.notes, why=WHY)


@functools.cache
def template() -> jinja2.Template:
    """The report's page; whatever is put into it is escaped."""
    folder = Path(__file__).with_name("templates")
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    return pages.get_template("report.html")


def message_of(verdict: Verdict) -> str:
    """The verdict's message; a grader's own trace is not for the student."""
    if verdict.status is Status.GRADER_ERROR:
        return "the check itself broke; this costs you nothing, a person will look"
    return verdict.message


def explained(verdict: Verdict) -> list[str]:
    """All there is to say of a check that did not pass, line by line: what to try comes last."""
    found, mark, hint = message_of(verdict).rpartition(f"\n{TRY}")
    return [
        *(found or hint).splitlines(),
        *(f"{WHY}{sentence}" for sentence in verdict.diagnosis),
        *(f"{TRY}{hint}".splitlines() if mark else []),
        *([f"{READ}{verdict.reading}"] if verdict.reading else []),
    ]


def worth(verdict: Verdict) -> str:
    """The points in brackets, where there are any."""
    return f" [{score(verdict)}]" if verdict.points else ""


def score(verdict: Verdict) -> str:
    """Points earned of points possible."""
    return f"{verdict.earned}/{verdict.points}" if verdict.points else ""
