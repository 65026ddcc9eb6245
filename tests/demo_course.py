"""A finished demo, and the environment in which the tests run commands."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Demo:
    """A finished demo.

    Attributes:
        root: the course's folder.
        output: what the command printed.
    """

    root: Path
    output: str


def environment(**more: str) -> dict[str, str]:
    """This environment's commands first in the path, nothing of the repository importable."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return kept | {"PATH": path, "COLUMNS": "200", **more}
