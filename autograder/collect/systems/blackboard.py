"""Blackboard's names.

Files `Homework_jdoe12_attempt_2026-05-04-12-00-00_submission.zip`, for each attempt, and a receipt
of the same name without a file, `….txt`, whose first line is `Name: Jane Doe (jdoe12)`. The
assignment's name may hold underscores, and so may a login; the receipt tells them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from .owner import Kind, Owner

SYSTEM = "blackboard"
LONGEST_RECEIPT = 2**16
_ENTRY = re.compile(
    r"(?P<prefix>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<receipt>\.txt))"
)
_DOWNLOAD = re.compile(r"gradebook_.+")
_PERSON = re.compile(r"Name:\s*(?P<name>.*?)\s*(?:\((?P<login>[^()]*)\))?\s*")
_NOTHING_TYPED = "There is no student submission text data"


@dataclass(frozen=True)
class Receipt:
    """What a receipt says.

    Attributes:
        name: the person's name.
        login: the person's login; empty where it does not stand there.
        typed: whether something was typed into the text field.
    """

    name: str
    login: str
    typed: bool


def is_download(name: str) -> bool:
    """Whether Blackboard calls a download of an assignment's files so."""
    return _DOWNLOAD.fullmatch(name) is not None


def is_receipt(name: str) -> bool:
    """Whether a file of this name is a receipt."""
    found = _ENTRY.fullmatch(name)
    return bool(found and found["receipt"])


def stem_of(name: str) -> str | None:
    """What the name of a file and of its receipt have in common; None for other names."""
    found = _ENTRY.fullmatch(name)
    return f"{found['prefix']}_attempt_{found['time']}" if found else None


def read_receipt(content: bytes) -> Receipt:
    """What a receipt says, from its first bytes."""
    text = content.decode("utf-8", "replace").lstrip("\ufeff")
    first = text.strip().splitlines()[0] if text.strip() else ""
    found = _PERSON.fullmatch(first)
    typed = "Submission Field:" in text and _NOTHING_TYPED not in text
    return Receipt(found["name"] if found else "", (found and found["login"]) or "", typed)


def owner_of(name: str, receipt: Receipt | None = None) -> Owner | None:
    """Whose a file of this name is; None where it is not one of Blackboard's names."""
    found = _ENTRY.fullmatch(name)
    if found is None:
        return None
    prefix = found["prefix"]
    login = prefix.rpartition("_")[2]
    if receipt and receipt.login and f"_{prefix}".endswith(f"_{receipt.login}"):
        login = receipt.login
    try:
        time = datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S").astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    kind = Kind.FILE
    if found["receipt"]:
        kind = Kind.TEXT if receipt and receipt.typed else Kind.RECEIPT
    shown = receipt.name if receipt else ""
    return Owner(SYSTEM, shown, login, found["file"] or "", time=time, kind=kind)
