"""The checks under pytest: `pytest` in the student's folder, `pytest -k attention` for one stage.

A check that rests on a failed one is skipped with the reason; a failed one shows its message
and no traceback.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from .compare import CheckFailed
from .notebook import runner
from .probe import Probe
from .registry import Check
from .runner import StageRunner

RUNNERS = pytest.StashKey[dict[str, StageRunner]]()


@pytest.fixture
def probe(request: pytest.FixtureRequest) -> Probe:
    """What a check is called with; skips where the check says nothing now."""
    each: Check = request.function.check
    runners = request.config.stash.setdefault(RUNNERS, {})
    if each.stage not in runners:
        runners[each.stage] = runner(each.stage, Path.cwd())
    judge = runners[each.stage]
    if reason := judge.blocked_by(each):
        entry = judge.entry()
        pytest.skip(f"{reason}\n{entry.message}" if entry.message else reason)
    return judge.probe(each)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, None]:
    """A failed check's report is its title and message."""
    outcome = yield
    if call.excinfo is not None and call.excinfo.errisinstance(CheckFailed):
        check: Check = item.function.check  # type: ignore[attr-defined]
        outcome.get_result().longrepr = f"{check.title}\n{call.excinfo.value}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the workers."""
    for judge in session.config.stash.get(RUNNERS, {}).values():
        judge.close()
