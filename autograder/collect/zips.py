"""Zips, opened without trusting them."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from autograder.collect.archives import EMPTY, Budget, Item, RefusedError, is_junk, words_of
from autograder.collect.members import open_member
from autograder.records.quoting import quoted

# What the list of a zip's files takes: a name has some 60 letters, rarely more than 200.
BYTES_FOR_A_NAME = 400
_EXTENDED_TIME = 0x5455
ABSOLUTE = "has an absolute path"
OUTSIDE = "leads out of its folder"
NO_NAME = "(no name)"


def items_in_zip(archive: zipfile.ZipFile, label: str, budget: Budget) -> list[Item]:
    """The files in a zip, and its folders as junk.

    Raises:
        RefusedError: it claims more bytes than may still be.
    """
    items = []
    for member in archive.infolist():
        # Some Windows programs separate folders by backslashes, against the standard.
        name = member.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if name.rpartition("/")[2] == "." or not path.parts:
            path /= NO_NAME  # else a file called "." has its folder's place
        is_folder = name.endswith("/")
        items.append(
            Item(
                path / EMPTY if is_folder else path,
                f"{label}!{quoted(member.filename)}",
                member.file_size,
                _time_of(member),
                _trouble_of(member, name),
                partial(open_member, archive, member),
                member.CRC,
                is_junk=is_folder or is_junk(path),
            )
        )
    budget.claim(sum(item.size for item in items if not item.is_junk))
    return items


def open_zip(path: Path, label: str, budget: Budget) -> zipfile.ZipFile:
    """Open a zip whose list of files is not longer than may be.

    Raises:
        RefusedError: it is none, damaged, or holds too many files.
    """
    try:
        with path.open("rb") as file:
            number = _members_of(file, budget.files_left)
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


def _trouble_of(member: zipfile.ZipInfo, name: str) -> str:
    """Why a member is not opened, or nothing."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return ABSOLUTE
    if ".." in name.split("/"):
        return OUTSIDE
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
