"""Zips and folders, opened without trusting them."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

LARGEST_FILE = 512 * 2**20
LARGEST_SUBMISSION = 2 * 2**30
MOST_FILES = 20_000
_JUNK_FOLDERS = {"__MACOSX", "__pycache__"}
_JUNK_FILES = {"thumbs.db", "desktop.ini"}
_EXTENDED_TIME = 0x5455


class RefusedError(Exception):
    """Something handed in that is not opened; the message names it and says why."""


class NothingFoundError(RefusedError):
    """Nothing in it belongs to the assignment."""


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
    """

    path: PurePosixPath
    label: str
    size: int
    time: datetime | None
    trouble: str
    open: Callable[[], IO[bytes]]

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip, by its name."""
        return self.path.suffix.lower() == ".zip"

    def copy_to(self, target: Path) -> Path:
        """Write the content to a file, as far as it is not larger than any submission's.

        Raises:
            RefusedError: it is too large, damaged or encrypted.
        """
        if self.trouble:
            raise RefusedError(f"{self.label} {self.trouble}")
        written = 0
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.open() as source, target.open("wb") as file:
                while chunk := source.read(2**20):
                    written += len(chunk)
                    if written > LARGEST_FILE:
                        raise RefusedError(f"{self.label} is larger than {megabytes(LARGEST_FILE)}")
                    file.write(chunk)
        except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as e:
            raise RefusedError(f"{self.label} cannot be read: {e}") from e
        return target


def items_in_folder(folder: Path) -> Iterator[Item]:
    """The files below a folder, without what operating systems and editors leave there."""
    for path in sorted(folder.rglob("*")):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if not is_junk(inside) and (path.is_symlink() or not path.is_dir()):
            yield item_on_disk(path, inside)


def item_on_disk(path: Path, inside: PurePosixPath) -> Item:
    """A file on the disk, with its place in the download."""
    status = path.lstat()
    trouble = "" if stat.S_ISREG(status.st_mode) else "is a link or a device, not a file"
    time = datetime.fromtimestamp(status.st_mtime, UTC)
    return Item(inside, str(inside), status.st_size, time, trouble, lambda: path.open("rb"))


def items_in_zip(archive: zipfile.ZipFile, label: str) -> Iterator[Item]:
    """The files in a zip, without what operating systems and editors leave there.

    Raises:
        RefusedError: it claims more files or bytes than any download has.
    """
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise RefusedError(f"{label} holds {len(members)} files")
    for member in members:
        # Some Windows programs separate folders by backslashes, against the standard.
        name = member.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if member.is_dir() or name.endswith("/") or is_junk(path):
            continue
        yield Item(
            path,
            f"{label}!{member.filename}",
            member.file_size,
            _time_of(member),
            _trouble_of(member, name),
            lambda member=member: archive.open(member),  # type: ignore[misc]  # binds the loop's
        )


def open_zip(path: Path | IO[bytes], label: str) -> zipfile.ZipFile:
    """Open a zip.

    Raises:
        RefusedError: it is none, or damaged.
    """
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError(
            f"{label} is no zip that can be opened, or only a part of one ({error}); ask for it "
            "again"
        ) from error


def megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 2**20:,.0f} MB"


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
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "leads out of its folder"
    if any(ord(letter) < 32 for letter in name):
        return "has control characters in its name"
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
    except (ValueError, OverflowError):
        return None
