"""Verdicts kept between runs, by the content of what was judged."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from autograder.checking.verdicts import StageReport

from .seed import private_folder


class Store:
    """Reports in files of a private folder; a report that needs a person is not kept.

    Args:
        root: the course's folder.

    Attributes:
        private: the folder that only its owner can enter.
    """

    def __init__(self, root: Path) -> None:
        self.private = private_folder(root)
        self.folder = self.private / "verdicts"
        self.folder.mkdir(exist_ok=True)

    def find(self, key: str) -> StageReport | None:
        """The report kept under this key, if there is one that can be read."""
        try:
            return StageReport.from_json(json.loads((self.folder / key).read_text()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, report: StageReport) -> None:
        """Keep a report, unless a person has to look."""
        if report.needs_person:
            return
        unfinished = self.folder / f"{key}.{os.getpid()}"
        unfinished.write_text(json.dumps(report.to_json()))
        unfinished.replace(self.folder / key)


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
