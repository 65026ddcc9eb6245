"""The one place that says how long the tests are: a sample for `make test`, or everything.

`make test-long` sets `VITCOURSE_LONG=1`. A test file that has a long form takes its sizes from
`size` and says in `COVERS` which files and folders it holds to account; `long_log.py` runs those.
"""

from __future__ import annotations

import os

VARIABLE = "VITCOURSE_LONG"
LONG = os.environ.get(VARIABLE) == "1"


def size(short: int, long: int) -> int:
    """How many cases to take in this run."""
    return long if LONG else short
