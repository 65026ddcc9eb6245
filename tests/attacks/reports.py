"""What must hold for every report, whatever the submission was."""

from __future__ import annotations

from autograder.checking.execution.verdicts import StageReport
from autograder.checking.feedback.report import as_html, as_text

LONGEST_REPORT = 60_000


def assert_readable(report: StageReport, says: tuple[str, ...]) -> None:
    """The report says what happened, can be stored and shown anywhere, and nothing in it acts."""
    text, page = as_text(report), as_html(report)
    for words in says:
        assert words in text
    assert len(text.encode()) < LONGEST_REPORT
    assert all(each.isprintable() or each in "\n\t" for each in text)
    for tag in ("<script", "<img", "<svg", "<iframe", "<a "):
        assert tag not in page.lower()
