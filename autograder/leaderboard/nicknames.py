"""Who asked to be on the leaderboard, and under which name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.api.error_text import quoted
from autograder.checking.assignments import HOMEWORK, NICKNAME_FILE

LETTERS = "[0-9A-Za-zÀ-ÖØ-öø-ſ]+"
NICKNAME = re.compile(f"(?=.{{2,24}}$){LETTERS}(?:[ ._-]{LETTERS})*")
MAX_BYTES = 400
TIMESTAMP = "timestamp.txt"
LONG_LOGIN = 5
ALIKE = str.maketrans("01i", "oll")


@dataclass(frozen=True)
class Nicknames:
    """What the class chose.

    Attributes:
        taken: nicknames by student.
        refused: why a nickname is not shown, by student; for the instructor's eyes.
    """

    taken: dict[str, str]
    refused: dict[str, str]


def nicknames(root: Path) -> Nicknames:
    """The nicknames in `submitted/`.

    Refused are those that are none, those that name somebody of the class, and those that look
    like another's: whoever handed in first keeps it.

    Args:
        root: the course's folder.
    """
    folders = {path.parent.name: path for path in root.glob(f"submitted/*/{HOMEWORK.name}")}
    taken: dict[str, str] = {}
    refused: dict[str, str] = {}
    owners: dict[str, str] = {}
    for student in sorted(folders, key=lambda name: (handed_in(folders[name]), name)):
        nickname = text_of(folders[student] / NICKNAME_FILE)
        if nickname is None:
            continue
        if why := objection(nickname, folders):
            refused[student] = why
        elif look(nickname) in owners:
            refused[student] = (
                f'"{nickname}" looks like the nickname of {owners[look(nickname)]}, who handed in '
                "first"
            )
        else:
            taken[student] = nickname
            owners[look(nickname)] = student
    return Nicknames(taken, refused)


def text_of(path: Path) -> str | None:
    """The text of a small file, such as a nickname's; None where there is none."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return None
    return unicodedata.normalize("NFC", text.strip()) or None


def objection(nickname: str, students: Iterable[str]) -> str:
    """Why a nickname cannot be shown, or "".

    Args:
        nickname: as it was chosen.
        students: nbgrader's names of the whole class.
    """
    if not NICKNAME.fullmatch(nickname):
        said = quoted(" ".join(nickname.split()), 40)
        return (
            f'"{said}" is no nickname: 2 to 24 Latin letters or digits, between them single '
            "spaces, dots, hyphens or underscores"
        )
    if named := next((name for name in students if names(nickname, name)), None):
        return f'"{nickname}" names {named}; the page shows no names'
    return ""


def names(nickname: str, student: str) -> bool:
    """Whether a nickname is made of a student's names only, or holds all of them."""
    parts = [part for part in re.split(r"[\W_]+", student) if look(part)]
    words = [look(part) for part in parts if not part.isdigit()]
    key = look(nickname)
    if parts and re.fullmatch(f"(?:{'|'.join(re.escape(look(part)) for part in parts)})+", key):
        return True
    whole = len(words) > 1 or len("".join(words)) >= LONG_LOGIN
    return whole and all(word in key for word in words)


def look(text: str) -> str:
    """What a name looks like at a glance: no accents, capitals or signs; 0 as o, 1 and i as l."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in plain if each.isalnum()).translate(ALIKE)


def handed_in(folder: Path) -> str:
    """When a submission was handed in, as text that sorts; what says nothing comes last."""
    return text_of(folder / TIMESTAMP) or "unknown"
