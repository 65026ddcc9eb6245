"""Which of an assignment's files a name stands for, whatever became of it on its way."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import PurePosixPath

_COPY_BEHIND = re.compile(
    r"(?:\s*\(\d{1,6}\)"
    r"|[-–_ ]+(?:copy|kopie|copie|copia|cópia|kopia)(?:[ _-]*\(?\d{1,6}\)?)?"
    r"|-\d{1,6})$",
    re.IGNORECASE,
)
_COPY_BEFORE = re.compile(
    r"(?:copy[ _-]+(?:\(\d{1,6}\)[ _-]+)?of|kopie[ _-]+von|copie[ _-]+de|copia[ _-]+(?:de|di)"
    r"|cópia[ _-]+de|kopia)[ _-]+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d+)\)?$")
_ADDED_ENDINGS = (".txt", ".json")
_MOST_MARKS = 4
_LONGEST_NAME = 400
_LONGEST_KEPT = 60


def without_copy_mark(stem: str) -> tuple[str, int]:
    """A file's stem without " (1)", "-1", " - Copy" or "Copy of ", and the number of the copy.

    The number is 0 where there is no such mark.
    """
    if found := _COPY_BEHIND.search(stem):
        number = _NUMBER.search(found[0])
        return stem[: found.start()], int(number[1]) if number else 1
    if found := _COPY_BEFORE.match(stem):
        return stem[found.end() :], 1
    return stem, 0


def copy_number(name: str) -> int:
    """Which copy a file is, by its name; 0 where it has no mark."""
    return without_copy_mark(PurePosixPath(name).stem)[1]


def meant_by(name: str, files: tuple[str, ...]) -> tuple[str, int] | None:
    """Which of the files a name stands for, and the number of the copy; None for none of them.

    Capitals, blanks, underscores, marks of copies and an ending too many make no difference.
    """
    if len(name) > _LONGEST_NAME:
        return None
    by_name = _by_plain_name(files)
    plain = _without_ending(unicodedata.normalize("NFC", name).strip().rstrip(". "))
    copies = 0
    for _ in range(_MOST_MARKS + 1):
        stem, dot, ending = plain.rpartition(".")
        if found := by_name.get(_plain(f"{stem.strip()}{dot}{ending.strip()}")):
            return found, copies
        stem, number = without_copy_mark(stem.strip())
        if not number:
            # The mark may stand behind the ending: "ViT.py (1)".
            plain, number = without_copy_mark(plain)
            if not number:
                return None
        else:
            plain = f"{stem}{dot}{ending}"
        copies += number
    return None


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return name.strip().lower().endswith(".ipynb")


def is_code(name: str) -> bool:
    """Whether a file is one of code or a notebook, by its name."""
    return is_notebook(name) or name.strip().lower().endswith(".py")


def kept_name(name: str, taken: set[str]) -> str:
    """A notebook's own name as a file system and a terminal can take it.

    Args:
        name: what the student called it.
        taken: names that are in use already.
    """
    stem = PurePosixPath(unicodedata.normalize("NFC", name).strip()).stem
    stem = re.sub(r"[^\w .()+-]", "-", stem).strip(" .-") or "notebook"
    while len(stem.encode("utf-8", "replace")) > _LONGEST_KEPT * 2 or len(stem) > _LONGEST_KEPT:
        stem = stem[:-1]
    number = 1
    while (kept := f"{stem}{f' {number}' if number > 1 else ''}.ipynb") in taken:
        number += 1
    return kept


@lru_cache(maxsize=8)
def _by_plain_name(files: tuple[str, ...]) -> dict[str, str]:
    return {_plain(file): file for file in files}


def _without_ending(name: str) -> str:
    """Without an ending that a browser or an editor added behind another one."""
    for ending in _ADDED_ENDINGS:
        stem = name[: -len(ending)].rstrip()
        if name.lower().endswith(ending) and "." in stem:
            return stem
    return name


def _plain(name: str) -> str:
    return re.sub("[ _–]", "-", name.casefold())
