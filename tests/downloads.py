"""A course that collects downloads, and zips as Moodle and Canvas write them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.checking.assignments import HOMEWORK
from autograder.collect.collecting import Collection, collect

NOTEBOOK = "vit-cifar10.ipynb"
WHOLE = {name: f"content of {name}" for name in (NOTEBOOK, *HOMEWORK.files, *HOMEWORK.weights)}
MOODLE = "Jane Doe_123456_assignsubmission_file_"
JANE = "Jane-Doe_123456"
NOON = (2026, 5, 4, 12, 0, 0)
LATER = (2026, 5, 4, 13, 30, 0)

Content = Mapping[str, str | bytes]


def zipped(content: Content, time: tuple[int, ...] = NOON) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            member = zipfile.ZipInfo(name, time)  # type: ignore[arg-type]
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return buffer.getvalue()


def utc(*local: int) -> datetime:
    return datetime(*local).astimezone(UTC)  # type: ignore[arg-type, misc]


class Course:
    """An empty course with a folder of downloads."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "course"
        self.root.mkdir()
        self.downloads = folder / "downloads"
        self.downloads.mkdir()

    def download(self, name: str, data: str | bytes, time: tuple[int, ...] = NOON) -> Path:
        path = self.downloads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        seconds = utc(*time).timestamp()
        os.utime(path, (seconds, seconds))
        return path

    def collect(self, path: Path | None = None, **options: object) -> Collection:
        return collect(path or self.downloads, self.root, **options)  # type: ignore[arg-type]

    def submitted(self, student: str, assignment: str = "vit-cifar10") -> dict[str, str]:
        folder = self.root / "submitted" / student / assignment
        return {
            path.name: path.read_text() for path in folder.iterdir() if path.name != "timestamp.txt"
        }

    def time(self, student: str) -> datetime:
        stamp = self.root / "submitted" / student / "vit-cifar10" / "timestamp.txt"
        return parse_utc(stamp.read_text().strip()).replace(tzinfo=UTC)

    @property
    def students(self) -> list[str]:
        return sorted(path.name for path in self.root.glob("submitted/*"))
