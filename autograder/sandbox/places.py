"""What a worker may see of this machine: the system and Python, and nothing of the course."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.places import CHECKING, SANDBOX

WORKER = CHECKING / "worker"
INSIDE = SANDBOX / "inside"
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")


def shown_folders(hidden: Path) -> list[Path]:
    """The system's folders and Python's, each once, also where it lies in the hidden folder."""
    system = [Path(folder) for folder in SYSTEM_FOLDERS]
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    shown: list[Path] = []
    for folder in sorted((*system, *python), key=lambda folder: len(folder.parts)):
        around = [other for other in shown if folder.is_relative_to(other)]
        again = folder.is_relative_to(hidden) and not any(
            other.is_relative_to(hidden) for other in around
        )
        if folder.is_dir() and not folder.is_symlink() and (again or not around):
            shown.append(folder)
    return shown


def without(folder: Path, hidden: Path) -> list[Path]:
    """What lies in a folder but for the hidden one, as paths that do not lead there."""
    if not hidden.is_relative_to(folder):
        return [folder]
    if hidden == folder:
        return []
    return [part for entry in sorted(folder.iterdir()) for part in without(entry, hidden)]


def open_to_all(folder: Path) -> bool:
    """Whether every user can go into a folder."""
    resolved = folder.resolve()
    return all(place.stat().st_mode & 0o001 for place in (resolved, *resolved.parents))
