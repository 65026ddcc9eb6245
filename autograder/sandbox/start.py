"""How the process that workers are forked from is started, in either tier."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.checking.execution.limits import Limits

MAPPED_ONLY = 2**30  # what one process may map beyond the memory that all may use


def start_line(
    rooms: Iterable[Path], control: str, walls: dict[str, Any], limits: Limits
) -> list[str]:
    """The command line of `inside`.

    Args:
        rooms: the folders in which `inside` and `worker` lie.
        control: the control socket's descriptor, or "-" for one trial.
        walls: the kind of walls with their arguments but for the share.
        limits: what a submission may take.
    """
    code = (
        f"import runpy, sys; sys.path[:0] = {list(map(str, rooms))!r}; "
        "runpy.run_module('inside', run_name='__main__')"
    )
    return [sys.executable, "-I", "-c", code, control, json.dumps(walls | {"share": share(limits)})]


def share(limits: Limits) -> dict[str, int]:
    """The arguments of `Share` within the walls."""
    resident = int(limits.memory_gib * 2**30)
    return {
        "resident": resident,
        "address_space": resident + MAPPED_ONLY,
        "scratch": limits.scratch_mib * 2**20,
        "file": limits.file_mib * 2**20,
        "computing": limits.worker_cpu_seconds,
    }


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
