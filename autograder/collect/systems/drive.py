"""Google Drive's names: `Homework-20260504T120000Z-001.zip`, parts of one folder.

Only what was uploaded through a Google Form says whose it is: `submission - Jane Doe.zip`.
"""

from __future__ import annotations

import re
import unicodedata

from .owner import Owner

SYSTEM = "drive"
_PART = re.compile(r".+-\d{8}T\d{6}Z-\d+(?:-\d{3})*(?: \(\d+\))?(?:\.zip)?", re.IGNORECASE)
_RESPONSES = re.compile(r".*\(File responses\).*", re.IGNORECASE)
_UPLOADED = re.compile(
    r"(?P<stem>.+) - (?P<name>[^\W\d_].*?) ?(?:\(\d+\))?(?P<ending>\.[^.\s]{1,12})"
)
_NO_NAMES = {"copy", "kopie", "copie", "copia", "cópia", "kopia"}


def is_drive(name: str) -> bool:
    """Whether a zip or folder of this name comes from Google Drive."""
    return bool(_PART.fullmatch(name) or is_responses(name))


def is_responses(name: str) -> bool:
    """Whether a zip or folder of this name holds what was uploaded through a Google Form."""
    return _RESPONSES.fullmatch(name) is not None


def owner_of(name: str, *, of_form: bool) -> Owner | None:
    """Whose a file in a Drive folder is; None where its name does not say so.

    Args:
        name: the file's.
        of_form: whether a Google Form surely wrote the name's end. Elsewhere people may have
            written "Jane Doe - submission.zip": then only what looks like a person's name behind
            what does not look like one counts.
    """
    found = _UPLOADED.fullmatch(name)
    if found is None or not _is_a_name(found["name"]):
        return None
    if not of_form and (_looks_full(found["stem"]) or not _looks_full(found["name"])):
        return None
    return Owner(SYSTEM, found["name"].strip(), file=f"{found['stem']}{found['ending']}")


def _is_a_name(name: str) -> bool:
    """Whether a person may have this name: letters of any script with their marks, digits."""
    return name.casefold().strip() not in _NO_NAMES and all(
        letter in " _.'’-" or unicodedata.category(letter)[0] in "LMN" for letter in name
    )


def _looks_full(text: str) -> bool:
    """Whether it looks like a first and a last name."""
    words = text.split()
    return len(words) > 1 and all(word[0].isalpha() and not word[0].islower() for word in words)
