"""Zips and folders, opened without trusting them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from autograder.collect.members import open_member
from autograder.records.quoting import quoted

LARGEST_FILE = 512 * 2**20
LARGEST_SUBMISSION = 2 * 2**30
LARGEST_CLASS = 200 * 2**30
MOST_FILES = 20_000
MOST_FILES_OF_A_CLASS = 400_000
# What the list of a zip's files takes: a name has some 60 letters, rarely more than 200.
BYTES_FOR_A_NAME = 400
_JUNK_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
_JUNK_FILES = {"thumbs.db", "desktop.ini"}
_EXTENDED_TIME = 0x5455


class RefusedError(Exception):
    """Something handed in that is not opened; the message names it and says why."""


class NothingFoundError(RefusedError):
    """Nothing in it belongs to an assignment."""


@dataclass
class Budget:
    """What may still be opened: one for everything of one student, over all archives in archives.

    Attributes:
        files: members of archives that may still be listed.
        claimed: bytes that archives may still claim to hold.
        written: bytes that may still be unpacked.
        largest: bytes that one file may have.
        whose: for messages.
    """

    files: int = field(default_factory=lambda: MOST_FILES)
    claimed: int = field(default_factory=lambda: LARGEST_SUBMISSION)
    written: int = field(default_factory=lambda: LARGEST_SUBMISSION)
    largest: int = field(default_factory=lambda: LARGEST_FILE)
    whose: str = "any submission"

    def list_files(self, number: int, label: str) -> None:
        """Count members before they are listed.

        Raises:
            RefusedError: they are more than may still be.
        """
        self.files -= number
        if self.files < 0:
            raise RefusedError(f"{label} holds {number:,} files, more than {self.whose} needs")

    def claim(self, size: int) -> None:
        """Count bytes that an archive says it holds.

        Raises:
            RefusedError: they are more than may still be.
        """
        self.claimed -= size
        if self.claimed < 0:
            raise RefusedError(f"unpacks to {megabytes(size)}, more than {self.whose} needs")

    def write(self, size: int) -> None:
        """Count bytes before they are written.

        Raises:
            RefusedError: they are more than may still be.
        """
        self.written -= size
        if self.written < 0:
            raise RefusedError(f"unpacks to more than {self.whose} needs")


def budget_of_a_class() -> Budget:
    """What a download of some thousand students may hold."""
    return Budget(MOST_FILES_OF_A_CLASS, LARGEST_CLASS, LARGEST_CLASS, LARGEST_CLASS, "any class")


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
    """

    path: PurePosixPath
    label: str
    size: int
    time: datetime | None
    trouble: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]
    crc: int | None = None
    place: Path | None = None

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
                    budget.write(len(chunk))
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
    """The files below a folder, without what operating systems and editors leave there."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted((*files, *links)):
            path = Path(place, name)
            inside = PurePosixPath(path.relative_to(folder).as_posix())
            if not is_junk(inside):
                yield item_on_disk(path, inside)
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
    return Item(inside, label, status.st_size, time, trouble, lambda: path.open("rb"), place=path)


def items_in_zip(archive: zipfile.ZipFile, label: str, budget: Budget) -> list[Item]:
    """The files in a zip, without what operating systems and editors leave there.

    Raises:
        RefusedError: it claims more bytes than may still be.
    """
    items = []
    for member in archive.infolist():
        # Some Windows programs separate folders by backslashes, against the standard.
        name = member.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if member.is_dir() or name.endswith("/") or is_junk(path):
            continue
        items.append(
            Item(
                path,
                f"{label}!{quoted(member.filename)}",
                member.file_size,
                _time_of(member),
                _trouble_of(member, name),
                lambda member=member: open_member(archive, member),  # type: ignore[misc]
                member.CRC,
            )
        )
    budget.claim(sum(item.size for item in items))
    return items


def open_zip(path: Path, label: str, budget: Budget) -> zipfile.ZipFile:
    """Open a zip whose list of files is not longer than may be.

    Raises:
        RefusedError: it is none, damaged, or holds too many files.
    """
    try:
        with path.open("rb") as file:
            number = _members_of(file, budget.files)
        budget.list_files(number, label)
        return zipfile.ZipFile(path)
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(
            f"{label} is no zip that can be opened, or only a part of one ({words_of(error)}); "
            "ask for it again"
        ) from error


def _members_of(file: IO[bytes], most: int) -> int:
    """How many members a zip lists, counted without making anything of them.

    The number that the zip itself gives is not believed: the larger one counts.
    """
    # The library's own search, so that what is counted is what it will read.
    library: Any = zipfile
    end = library._EndRecData(file)
    if not end:
        raise zipfile.BadZipFile("the list of its files is missing")
    said, size = end[library._ECD_ENTRIES_TOTAL], end[library._ECD_SIZE]
    at = end[library._ECD_LOCATION]
    if end[library._ECD_SIGNATURE] == library.stringEndArchive64:
        at -= library.sizeEndCentDir64 + library.sizeEndCentDir64Locator
    if at < size:
        raise zipfile.BadZipFile("the list of its files lies outside of it")
    if size > max(most, 0) * BYTES_FOR_A_NAME + 2**20:
        return max(said, most + 1)
    file.seek(at - size)
    directory = file.read(size)
    found, here = 0, 0
    while here + 46 <= len(directory):
        lengths = struct.unpack_from("<3H", directory, here + 28)
        here += 46 + sum(lengths)
        found += 1
    return max(found, said)


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


def _trouble_of(member: zipfile.ZipInfo, name: str) -> str:
    """Why a member is not opened, or nothing."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if not name:
        return "has no name"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "leads out of its folder"
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if member.flag_bits & 1:
        return "is encrypted; ask for a zip without a password"
    return ""


def _time_of(member: zipfile.ZipInfo) -> datetime | None:
    """When a member was written: in UTC where the zip says, else by this computer's clock."""
    rest = member.extra
    while len(rest) >= 4:
        kind, length = struct.unpack_from("<HH", rest)
        if kind == _EXTENDED_TIME and length >= 5 and rest[4] & 1 and len(rest) >= 9:
            return datetime.fromtimestamp(struct.unpack_from("<i", rest, 5)[0], UTC)
        rest = rest[4 + length :]
    try:
        return datetime(*member.date_time).astimezone(UTC) if member.date_time[0] > 1980 else None
    except (ValueError, OverflowError, OSError):
        return None
