"""Ten thousand mutated zips stop nothing; `make test` takes the first of them.

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
    "autograder/checking/assignments/*.py",
    "tests/fuzz_downloads.py",
    "tests/fuzz_mutations.py",
    "tests/fuzz_runner.py",
    "tests/fuzz_zips.py",
    "tests/downloads.py",
)
ZIPS, ROW = size(240, 10_000), size(240, 500)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, ZIPS, ROW))
def test_no_mutated_zip_stops_a_class(first: int) -> None:
    outcome = fuzz_runner.run("fuzz_zips.py", first, ROW)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert outcome.cases == ROW
