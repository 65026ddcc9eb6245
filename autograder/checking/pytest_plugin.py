"""The checks under pytest: `pytest` in the student's folder, `pytest -k attention` for one stage.

A stage is judged as a whole, as `check` does in the notebook, so that both say the same words. A
check that rests on a failed one is skipped with the reason; a failed one shows no traceback.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from .api.check import Check
from .api.compare import CheckFailed
from .execution.verdicts import Status, Verdict
from .feedback.report import explained
from .notebook import code_report

VERDICTS = pytest.StashKey[dict[str, dict[str, Verdict]]]()


@pytest.fixture
def probe() -> None:
    """Stands for the argument of every check; `code_report` gives the real one."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """In the place of a check's call: its verdict in the report on its stage."""
    check: Check | None = getattr(pyfuncitem.function, "check", None)
    if check is None:
        return None
    stages = pyfuncitem.config.stash.setdefault(VERDICTS, {})
    if check.stage not in stages:
        report = code_report(check.stage, Path.cwd())
        stages[check.stage] = {each.check: each for each in report.verdicts}
    verdict = stages[check.stage][check.name]
    if verdict.status is Status.CANNOT_BE_CHECKED:
        entry = next(iter(stages[check.stage].values()))
        # The third verdict: pytest knows none but passed, failed and skipped.
        pytest.skip("\n".join([verdict.message, *explained(entry)]))
    if verdict.status is Status.FAILED:
        raise CheckFailed("\n".join(explained(verdict)))
    if verdict.status is Status.GRADER_ERROR:
        raise RuntimeError(verdict.message)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, None]:
    """A failed check's report is its title and its verdict's words."""
    outcome = yield
    if call.excinfo is not None and call.excinfo.errisinstance(CheckFailed):
        check: Check = item.function.check  # type: ignore[attr-defined]  # set by `@check`
        outcome.get_result().longrepr = f"{check.title}\n{call.excinfo.value}"
