"""The second tier, where user namespaces are denied: Landlock, seccomp and a subreaper."""

from __future__ import annotations

from pathlib import Path

from autograder.checking.execution.limits import Limits
from autograder.places import SECRET

from .inside import landlock
from .places import (
    INSIDE,
    SYSTEM_FILES,
    WORKER,
    open_to_all,
    shown_folders,
    without,
)
from .start import environment, start_line


def command(control: str, user: int, scratch: Path, limits: Limits) -> list[str]:
    """The command line of a process whose workers close themselves in.

    Args:
        control: the control socket's descriptor, or "-" for one trial.
        user: whom a worker becomes where this is root.
        scratch: the folder in which every worker gets one of its own.
        limits: what a submission may take.
    """
    folders = shown_folders(SECRET)
    parts = [part for folder in folders for part in without(folder, SECRET)]
    walls = {
        "kind": "landlock",
        "user": user,
        "readable": [*map(str, parts), *SYSTEM_FILES],
        "listable": [str(folder) for folder in folders if SECRET.is_relative_to(folder)],
        "readable_by_all": all(map(open_to_all, folders)),
        "scratch": str(scratch),
    }
    rooms = [INSIDE.parent, WORKER.parent]
    settings = [f"{name}={value}" for name, value in environment(str(scratch)).items()]
    return ["/usr/bin/env", "-i", *settings, *start_line(rooms, control, walls, limits)]


def missing() -> str | None:
    """What the kernel would have to have, or None."""
    return None if landlock.version() else "this kernel has no Landlock (Linux 5.13 brought it)"


def describe() -> str:
    """What it holds, and how it differs from bubblewrap."""
    return (
        f"Landlock {landlock.version()} and seccomp, without namespaces: no network, read-only "
        "system, nothing of the course readable, no signals to others"
    )
