"""The jail's walls: bubblewrap's command line, and whether it works here."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import SandboxUnavailable

PACKAGE = Path(__file__).resolve().parent.parent
WORKER = PACKAGE / "checking" / "worker"
ZYGOTE = Path(__file__).resolve().parent / "zygote.py"
INSIDE = "/worker"
TMP_BYTES = 256 * 2**20
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")


def command(inside: list[str]) -> list[str]:
    """The command line that runs `inside` in a jail.

    The jail has a read-only system and Python, an empty /tmp, no network, no other process,
    and nothing of the course but the worker's own code. Run as root it keeps the two
    capabilities with which a worker gives root up; run as anybody else, it is a user
    namespace.
    """
    namespaces = ["--unshare-all"]
    if os.geteuid() == 0:
        namespaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        namespaces += ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            namespaces += ["--cap-add", capability]
    mounts = ["--proc", "/proc", "--dev", "/dev"]
    mounts += ["--size", str(TMP_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in SYSTEM_FOLDERS:
        path = Path(folder)
        if path.is_symlink():
            mounts += ["--symlink", os.readlink(path), folder]
        elif path.is_dir():
            mounts += ["--ro-bind", folder, folder]
    mounts += open_parents(Path(SYSTEM_FILES[0]))
    for file in SYSTEM_FILES:
        mounts += ["--ro-bind-try", file, file]
    for prefix in python_folders():
        mounts += open_parents(prefix)
        mounts += ["--ro-bind", str(prefix), str(prefix)]
        if PACKAGE.is_relative_to(prefix):
            mounts += ["--tmpfs", str(PACKAGE)]
    mounts += open_parents(Path(INSIDE) / "worker")
    mounts += ["--ro-bind", str(WORKER), f"{INSIDE}/worker"]
    mounts += ["--ro-bind", str(ZYGOTE), f"{INSIDE}/zygote.py"]
    settings = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment = [part for item in settings.items() for part in ("--setenv", *item)]
    return [
        "bwrap",
        *namespaces,
        "--die-with-parent",
        "--new-session",
        "--hostname",
        "worker",
        *mounts,
        "--clearenv",
        *environment,
        "--chdir",
        "/tmp",
        "--remount-ro",
        "/",
        *inside,
    ]


def open_parents(folder: Path) -> list[str]:
    """The empty folders above a mount, made so that a worker without root can pass."""
    parents = list(reversed(folder.parents))[1:]
    return [part for parent in parents for part in ("--perms", "0755", "--dir", str(parent))]


def python_folders() -> list[Path]:
    """What this Python needs to run: its environment and the installation below it."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    system = [Path(folder) for folder in SYSTEM_FOLDERS]
    return sorted(
        folder
        for folder in folders
        if not any(folder.is_relative_to(place) for place in (*system, *(folders - {folder})))
    )


@functools.cache
def require_bubblewrap() -> None:
    """Try the jail once.

    Raises:
        SandboxUnavailable: with what is missing and what to do about it.
    """
    advice = (
        "Submissions are graded inside bubblewrap. Install it (Debian and Ubuntu: "
        "`apt install bubblewrap`), or, for students you trust, set "
        '`isolation = "cooperative"` in vitcourse.toml: a submission can then read the solutions '
        "and write the gradebook."
    )
    if shutil.which("bwrap") is None:
        raise SandboxUnavailable(f"bubblewrap is not installed. {advice}")
    trial = subprocess.run(
        command([sys.executable, "-I", "-c", "print('alive')"]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if trial.stdout.strip() != "alive":
        reason = (trial.stderr.strip().splitlines() or ["no message"])[-1]
        raise SandboxUnavailable(f"bubblewrap does not work here ({reason}). {advice}")


def version() -> str:
    """bubblewrap's own word for itself, for example "bubblewrap 0.8.0"."""
    return subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout.strip()
