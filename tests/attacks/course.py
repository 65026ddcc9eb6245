"""A course's folder beside the attacks: whether anything in it, or in the code, was touched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import time
from pathlib import Path

from autograder.places import ROOT

from .ending import MARK

CODE = ("solutions", "assignment", "notebooks", "bank", "autograder/checking", "autograder/hidden")
LARGE = 2**27


class Course:
    """A gradebook, a seed, a neighbour's submission, and the repository's own files.

    Args:
        root: a folder to make.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        neighbour = root / "submitted" / "neighbour" / "vit-cifar10"
        shutil.copytree(ROOT / "solutions", neighbour)
        private = root / ".vitcourse"
        private.mkdir()
        (private / "seed").write_text("a secret")
        with sqlite3.connect(root / "gradebook.db") as gradebook:
            gradebook.execute("create table grade (student text, score real)")
            gradebook.execute("insert into grade values ('neighbour', 12.0)")
        self.folders = [root, *(ROOT / folder for folder in CODE)]
        self.remember()

    def remember(self) -> None:
        """Take everything as it is now for the beginning."""
        self.before = self.state()

    def state(self) -> dict[str, str]:
        """What every file holds, and who may read it."""
        return {
            str(path): f"{path.lstat().st_mode:o} {content(path)}"
            for folder in self.folders
            for path in sorted(folder.rglob("*"))
            if "__pycache__" not in path.parts
        }

    def changes(self) -> list[str]:
        """The files that came, went, or changed since the beginning."""
        now = self.state()
        names = now.keys() | self.before.keys()
        return sorted(name for name in names if now.get(name) != self.before.get(name))


def content(path: Path) -> str:
    """A name for a file's content, a link's target, or "" for a folder and the like."""
    if path.is_symlink():
        return os.readlink(path)
    if not path.is_file():
        return ""
    size = path.stat().st_size
    return f"{size} bytes" if size > LARGE else hashlib.sha256(path.read_bytes()).hexdigest()


def leftovers() -> list[str]:
    """Processes on this machine that an attack left behind, a moment after its jail was closed."""
    for _ in range(50):
        if not (found := marked()):
            break
        time.sleep(0.1)
    return found


def marked() -> list[str]:
    """The names and command lines of the processes that the attacks start."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found += [(folder / "comm").read_text(), (folder / "cmdline").read_text()]
    return [words for words in found if MARK in words]
