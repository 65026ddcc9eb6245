"""Where in a course's folder a person is still named."""

from __future__ import annotations

import html
import json
import mmap
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from autograder.roster.naming import first_and_last, natural

_SKIPPED = {".git", ".venv", "node_modules", "__pycache__"}
# A name shorter than this stands in too many other words.
_SHORTEST = 5
_CHUNK, _OVERLAP = 2**24, 2**12
_LARGEST_ARCHIVE = 256 * 2**20
_DEEPEST = 2


class Words:
    """What to look for: names, e-mails and keys in the ways that files write them.

    Args:
        texts: the person's; a name may be "Doe, Jane".
    """

    def __init__(self, texts: Iterable[str]) -> None:
        wanted = set()
        for text in texts:
            forms = {text, natural(text)}
            first, last = first_and_last(text)
            if first and last:
                forms |= {f"{last}, {first}", f"{last} {first}", f"{last},{first}"}
            wanted |= {form for form in forms if len(form) >= _SHORTEST}
        found = set()
        for form in wanted:
            for composed in (unicodedata.normalize(kind, form) for kind in ("NFC", "NFD")):
                written = {composed, html.escape(composed), json.dumps(composed)[1:-1]}
                found |= {each.encode().lower() for each in written}
                found.add(composed.encode("cp1252", "ignore").lower())
        self._found = sorted(each for each in found if len(each) >= _SHORTEST)
        either = b"|".join(map(re.escape, sorted(self._found, key=len, reverse=True)))
        self._whole = re.compile(rb"(?<![a-z0-9])(?:" + either + rb")(?![a-z0-9])")

    def stand_in(self, content: bytes | mmap.mmap) -> bool:
        """Whether one of them stands in some bytes, as a whole word; case does not count."""
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK + _OVERLAP].lower()
            # Plain search is many times faster than the expression, and nearly always enough.
            if any(each in part for each in self._found) and self._whole.search(part):
                return True
        return False


def files_with(root: Path, words: Words) -> Iterator[Path]:
    """The files below a folder that hold one of the words, in their name or inside.

    Zips are looked into, two deep; other archives are not.
    """
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in sorted(files):
            path = Path(folder, name)
            inside = os.fsencode(path.relative_to(root))
            if not path.is_symlink() and (words.stand_in(inside) or _holds(path, words)):
                yield path


def _holds(path: Path, words: Words) -> bool:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                if words.stand_in(content):
                    return True
                is_zip = content[:2] == b"PK"
            return is_zip and _archive_holds(file, words, _DEEPEST)
    except (OSError, ValueError):
        return False


def _archive_holds(file: IO[bytes], words: Words, deep: int) -> bool:
    """Whether a zip holds one of the words, as far as it is no larger than a class's download."""
    left = _LARGEST_ARCHIVE
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if words.stand_in(member.filename.encode(errors="surrogateescape")):
                    return True
                if member.file_size > left:
                    continue
                with archive.open(member) as opened:
                    content = opened.read(left)
                left -= len(content)
                if words.stand_in(content):
                    return True
                if content[:2] == b"PK" and deep > 1:
                    with archive.open(member) as opened:
                        if _archive_holds(opened, words, deep - 1):
                            return True
    except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error):
        return False
    return False
