"""What was found is kept between runs, by the content of what was judged."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from autograder.checking.execution.verdicts import StageReport

from .seed import private_folder

Kept = TypeVar("Kept")


class Store:
    """Reports and outcomes in files of a private folder, each replaced as a whole.

    Args:
        root: the course's folder.

    Attributes:
        private: the folder that only its owner can enter.
    """

    def __init__(self, root: Path) -> None:
        self.private = private_folder(root)
        self.folder = self.private / "verdicts"
        self.folder.mkdir(exist_ok=True)

    def find(self, key: str) -> dict[str, StageReport]:
        """The reports kept under this key, by stage; none where they cannot be read."""
        return self.read(key, reports_from_json) or {}

    def keep(self, key: str, reports: Iterable[StageReport]) -> None:
        """Keep the reports of one submission; those that a person has to look at are left out."""
        self.write(key, {each.stage: each.to_json() for each in reports if not each.needs_person})

    def read(self, key: str, decode: Callable[[Any], Kept]) -> Kept | None:
        """What is kept under this key, if it can be read; a damaged file is as good as none."""
        try:
            return decode(json.loads((self.folder / key).read_text()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, key: str, content: dict[str, Any]) -> None:
        """Keep what JSON can say."""
        unfinished = self.folder / f"{key}.{os.getpid()}.{threading.get_ident()}"
        unfinished.write_text(json.dumps(content))
        unfinished.replace(self.folder / key)


def reports_from_json(stored: dict[str, Any]) -> dict[str, StageReport]:
    """Reports by stage."""
    return {stage: StageReport.from_json(each) for stage, each in stored.items()}


def digest(*parts: str | bytes) -> str:
    """A name for a sequence of texts: different sequences, different names."""
    content = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        content.update(len(data).to_bytes(8, "big") + data)
    return content.hexdigest()


def folder_digest(*folders: Path) -> str:
    """A name for all Python and data files below some folders."""
    files = sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return digest(*(part for path in files for part in (path.name, path.read_bytes())))
