"""How the process that workers are forked from is started, in either tier."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def start_line(rooms: Iterable[Path], control: str, walls: dict[str, Any]) -> list[str]:
    """The command line of `inside`.

    Args:
        rooms: the folders in which `inside` and `worker` lie.
        control: the control socket's descriptor, or "-" for one trial.
        walls: the kind of walls with their arguments.
    """
    code = (
        f"import runpy, sys; sys.path[:0] = {list(map(str, rooms))!r}; "
        "runpy.run_module('inside', run_name='__main__')"
    )
    return [sys.executable, "-I", "-c", code, control, json.dumps(walls)]


def environment(scratch: str) -> dict[str, str]:
    """All that a worker's environment holds.

    Args:
        scratch: a folder that can be written.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
