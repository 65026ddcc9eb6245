"""Ten thousand mutated zips and two thousand mutated notebooks stop nothing; a sample of each.

A failure names the command that repeats its one case.
"""

from __future__ import annotations

import fuzz_runner
import pytest
from longform import size

COVERS = (
    "autograder/collect",
    "autograder/records",
    "autograder/roster",
    "autograder/checking/stages.py",
    "autograder/bridge/markup.py",
    "autograder/bridge/outputs.py",
    "autograder/bridge/reading.py",
    "autograder/bridge/restore.py",
    "autograder/bridge/submission.py",
    "tests/fuzz_*.py",
    "tests/downloads.py",
    "tests/bridge_pages.py",
)
ZIPS, NOTEBOOKS = size(240, 10_000), size(26, 2_000)
ROW_OF_ZIPS, ROW_OF_NOTEBOOKS = size(240, 500), size(26, 100)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, ZIPS, ROW_OF_ZIPS))
def test_no_mutated_zip_stops_a_class(first: int) -> None:
    outcome = fuzz_runner.run("fuzz_zips.py", first, ROW_OF_ZIPS)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert outcome.cases == ROW_OF_ZIPS


@pytest.mark.parametrize("first", range(0, NOTEBOOKS, ROW_OF_NOTEBOOKS))
def test_no_mutated_notebook_stops_grading(first: int) -> None:
    outcome = fuzz_runner.run("fuzz_notebooks.py", first, ROW_OF_NOTEBOOKS)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert outcome.cases == ROW_OF_NOTEBOOKS
