"""Files of a download, and how much of them is opened at most."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.records.quoting import quoted

LARGEST_FILE = 512 * 2**20
LARGEST_SUBMISSION = 2 * 2**30
LARGEST_CLASS = 200 * 2**30
MOST_FILES = 20_000
MOST_FILES_OF_A_CLASS = 400_000
# Stands below an empty folder, so that it is seen that there is one.
EMPTY = "(empty)"
ONLY_JUNK = "holds no files, or only hidden ones and those of caches"
_JUNK_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
_JUNK_FILES = {"thumbs.db", "desktop.ini"}


class RefusedError(Exception):
    """Something handed in that is not opened; the message names it and says why."""


class NothingFoundError(RefusedError):
    """Nothing in it belongs to an assignment."""


@dataclass
class Budget:
    """What may be opened: one for everything of one student, over all archives in archives.

    Attributes:
        most_files: members of archives.
        most_bytes: that archives claim to hold, and that are unpacked.
        largest: bytes that one file may have.
        whose: for messages.
    """

    most_files: int = field(default_factory=lambda: MOST_FILES)
    most_bytes: int = field(default_factory=lambda: LARGEST_SUBMISSION)
    largest: int = field(default_factory=lambda: LARGEST_FILE)
    whose: str = "any submission"
    _files: int = 0
    _claimed: int = 0
    _unpacked: int = 0

    @property
    def files_left(self) -> int:
        """How many members may still be listed."""
        return self.most_files - self._files

    def list_files(self, number: int, label: str) -> None:
        """Count members before they are listed.

        Raises:
            RefusedError: they are more than may be.
        """
        self._files += number
        if self._files > self.most_files:
            raise RefusedError(f"{label} holds {number:,} files, more than {self.whose} needs")

    def claim(self, size: int) -> None:
        """Count bytes that an archive says it holds.

        Raises:
            RefusedError: they are more than may be.
        """
        self._claimed += size
        if self._claimed > self.most_bytes:
            total = megabytes(self._claimed)
            raise RefusedError(f"unpacks to {total}, more than {self.whose} needs")

    def unpack(self, size: int) -> None:
        """Count bytes as they are unpacked, whatever the archive says.

        Raises:
            RefusedError: they are more than may be.
        """
        self._unpacked += size
        if self._unpacked > self.most_bytes:
            most = megabytes(self.most_bytes)
            raise RefusedError(
                f"unpacks to more than {most}, which is more than {self.whose} needs"
            )


def budget_of_a_class() -> Budget:
    """What a download of some thousand students may hold."""
    return Budget(MOST_FILES_OF_A_CLASS, LARGEST_CLASS, LARGEST_CLASS, "any class")


@dataclass(frozen=True)
class Item:
    """A file in a download.

    Attributes:
        path: its place in the folder or archive.
        label: what to call it in messages, with the archives around it.
        size: bytes, as the archive claims.
        time: when it was written; None where nothing says so.
        trouble: why it is not opened; empty for most.
        open: opens it for reading.
        crc: the checksum that the archive claims; None for a file on the disk.
        place: where it lies on the disk; None in an archive.
        is_junk: whether a program left it, not the student; so an empty folder counts, too.
    """

    path: PurePosixPath
    label: str
    size: int
    time: datetime | None
    trouble: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]
    crc: int | None = None
    place: Path | None = None
    is_junk: bool = False

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip, by its name."""
        return self.path.name.strip().lower().endswith(".zip")

    def below(self, path: PurePosixPath) -> Item:
        """The same file at another path."""
        return replace(self, path=path)

    def chunks(self, budget: Budget) -> Iterator[bytes]:
        """The content, piece by piece.

        Raises:
            RefusedError: it is too large, damaged or encrypted.
        """
        if self.trouble:
            raise RefusedError(f"{self.label} {self.trouble}")
        read = 0
        try:
            with self.open() as source:
                while chunk := source.read(2**18):
                    read += len(chunk)
                    if read > budget.largest:
                        largest = megabytes(budget.largest)
                        raise RefusedError(f"{self.label} is larger than {largest}")
                    budget.unpack(len(chunk))
                    yield chunk
        except RefusedError:
            raise
        except Exception as error:
            # Each method of packing has errors of its own, and some raise what nobody foresees.
            raise RefusedError(f"{self.label} cannot be read: {words_of(error)}") from error

    def copy_to(self, target: Path, budget: Budget) -> str:
        """Write the content to a file; its SHA-256.

        Raises:
            RefusedError: it is too large, damaged or encrypted.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("wb") as file:
            for chunk in self.chunks(budget):
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    def checksum(self) -> tuple[int, int]:
        """Size and checksum: equal for equal files."""
        if self.crc is not None:
            return self.size, self.crc
        crc = 0
        for chunk in self.chunks(Budget()):
            crc = zlib.crc32(chunk, crc)
        return self.size, crc

    def beginning(self, size: int) -> bytes:
        """The first bytes; fewer where it is shorter.

        Raises:
            RefusedError: it cannot be read.
        """
        found = b""
        for chunk in self.chunks(Budget()):
            found += chunk
            if len(found) >= size:
                break
        return found[:size]


def items_in_folder(folder: Path) -> Iterator[Item]:
    """The files below a folder, and its empty folders as junk."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted((*files, *links)):
            path = Path(place, name)
            yield item_on_disk(path, PurePosixPath(path.relative_to(folder).as_posix()))
        if not files and not folders and Path(place) != folder:
            inside = PurePosixPath(Path(place).relative_to(folder).as_posix())
            yield replace(item_on_disk(Path(place), inside / EMPTY), is_junk=True)
        for name in folders:
            path = Path(place, name)
            if name not in links and not os.access(path, os.R_OK | os.X_OK):
                inside = PurePosixPath(path.relative_to(folder).as_posix())
                yield replace(item_on_disk(path, inside), trouble="is a folder that cannot be read")


def item_on_disk(path: Path, inside: PurePosixPath) -> Item:
    """A file on the disk, with its place in the download."""
    status = path.lstat()
    trouble = "" if stat.S_ISREG(status.st_mode) else "is a link or a device, not a file"
    time = datetime.fromtimestamp(status.st_mtime, UTC)
    label = quoted(str(inside))
    return Item(
        inside,
        label,
        status.st_size,
        time,
        trouble,
        lambda: path.open("rb"),
        place=path,
        is_junk=is_junk(inside),
    )


def megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 2**20:,.0f} MB"


def words_of(error: Exception) -> str:
    """What an error says, or what it is called where it says nothing."""
    return quoted(str(error)) or type(error).__name__


def is_junk(path: PurePosixPath) -> bool:
    """Whether a program left this, not the student: caches, checkpoints, hidden files."""
    return (
        any(part in _JUNK_FOLDERS for part in path.parts)
        or any(part.startswith(".") and part != ".." for part in path.parts)
        or path.name.lower() in _JUNK_FILES
    )
