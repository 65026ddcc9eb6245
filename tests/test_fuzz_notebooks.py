"""Two thousand mutated notebooks stop nothing; `make test` takes the first of them.

A failure names the command that repeats its one case.
"""

from __future__ import annotations

import fuzz_runner
import pytest
from longform import size

COVERS = (
    "autograder/bridge/bounds.py",
    "autograder/bridge/cleaning.py",
    "autograder/bridge/markup.py",
    "autograder/bridge/outputs.py",
    "autograder/bridge/pasted.py",
    "autograder/bridge/reading.py",
    "autograder/bridge/restore.py",
    "autograder/bridge/scanning.py",
    "autograder/bridge/submission.py",
    "tests/bridge_pages.py",
    "tests/fuzz_notebooks.py",
    "tests/fuzz_runner.py",
)
NOTEBOOKS, ROW = size(26, 2_000), size(26, 100)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, NOTEBOOKS, ROW))
def test_no_mutated_notebook_stops_grading(first: int) -> None:
    outcome = fuzz_runner.run("fuzz_notebooks.py", first, ROW)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert outcome.cases == ROW
