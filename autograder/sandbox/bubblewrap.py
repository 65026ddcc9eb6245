"""The first tier: a bubblewrap jail, in which every worker has namespaces of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from autograder.checking.execution.limits import Limits
from autograder.places import SECRET

from .places import INSIDE, SYSTEM_FILES, WORKER, shown_folders
from .places import SYSTEM_FOLDERS as SYSTEM
from .start import environment, start_line

ROOM = Path("/room")
TMP_BYTES = 256 * 2**20
CAPABILITIES = ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "KILL")
DEVICES = ("null", "zero", "full", "random", "urandom")


def command(control: str, user: int, scratch: Path, limits: Limits) -> list[str]:
    """The command line of a jail.

    Run as root, the jail's first process keeps the capabilities with which a worker gets
    namespaces and gives root up; run as anybody else, it has them in bubblewrap's user namespace.
    There is no `--dev`: for it bubblewrap makes a second user namespace, in which the jail's
    process could not make namespaces for its workers.

    Args:
        control: the control socket's descriptor, or "-" for one trial.
        user: whom a worker becomes where this is root.
        scratch: not used: the jail has file systems of its own in memory.
        limits: what a submission may take.
    """
    settings = environment("/tmp").items()
    return [
        shutil.which("bwrap") or "bwrap",
        *namespaces(),
        *(part for name in CAPABILITIES for part in ("--cap-add", f"CAP_{name}")),
        "--die-with-parent",
        "--new-session",
        *mounts(),
        "--clearenv",
        *(part for setting in settings for part in ("--setenv", *setting)),
        "--chdir",
        "/tmp",
        "--remount-ro",
        "/",
        *start_line([ROOM], control, {"kind": "namespaces", "user": user}, limits),
    ]


def namespaces() -> list[str]:
    """The jail's own namespaces; as root it needs none for users, and would lose them."""
    if os.geteuid() != 0:
        return ["--unshare-all", "--hostname", "worker"]
    kinds = ("ipc", "pid", "net", "uts")
    return [*(f"--unshare-{kind}" for kind in kinds), "--hostname", "worker", "--cap-drop", "ALL"]


def mounts() -> list[str]:
    """The jail's files: nothing that a worker could write outlives it."""
    words = ["--proc", "/proc", "--dir", "/dev"]
    for name in DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    words += ["--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm"]
    words += ["--size", str(TMP_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in map(Path, SYSTEM):
        if folder.is_symlink():
            words += ["--symlink", os.readlink(folder), str(folder)]
    for folder in shown_folders(SECRET):
        words += [*open_parents(folder), "--ro-bind", str(folder), str(folder)]
        if SECRET.is_relative_to(folder):
            words += ["--tmpfs", str(SECRET), "--remount-ro", str(SECRET)]
    words += open_parents(Path(SYSTEM_FILES[0]))
    for file in SYSTEM_FILES:
        words += ["--ro-bind-try", file, file]
    words += open_parents(ROOM / "worker")
    for folder in (WORKER, INSIDE):
        words += ["--ro-bind", str(folder), str(ROOM / folder.name)]
    return words


def open_parents(folder: Path) -> list[str]:
    """The empty folders above a mount, made so that a worker without root can pass."""
    parents = list(reversed(folder.parents))[1:]
    return [part for parent in parents for part in ("--perms", "0755", "--dir", str(parent))]


def missing() -> str | None:
    """What has to be installed first, or None."""
    return None if shutil.which("bwrap") else "bubblewrap is not installed"


def describe() -> str:
    """What it holds, with its own word for itself, for example "bubblewrap 0.8.0"."""
    asked = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False)
    return f"{asked.stdout.strip()}: no network, read-only system, nothing of the course in sight"
