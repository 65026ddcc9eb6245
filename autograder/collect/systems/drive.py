"""Google Drive's names: `Homework-20260504T120000Z-001.zip`, parts of one folder.

Only what was uploaded through a Google Form says whose it is: `submission - Jane Doe.zip`.
"""

from __future__ import annotations

import re

from .owner import Owner

SYSTEM = "drive"
_PART = re.compile(r".+-\d{8}T\d{6}Z-\d+(?:-\d{3})*(?: \(\d+\))?(?:\.zip)?", re.IGNORECASE)
_RESPONSES = re.compile(r".*\(File responses\).*", re.IGNORECASE)
_UPLOADED = re.compile(
    r"(?P<stem>.+) - (?P<name>[^\W\d_][\w .'’-]*?) ?(?:\(\d+\))?(?P<ending>\.[^.\s]{1,12})"
)
_NO_NAMES = {"copy", "kopie", "copie", "copia", "cópia", "kopia"}


def is_drive(name: str) -> bool:
    """Whether a zip or folder of this name comes from Google Drive."""
    return bool(_PART.fullmatch(name) or _RESPONSES.fullmatch(name))


def owner_of(name: str) -> Owner | None:
    """Whose a file in a Drive folder is; None where its name does not say so."""
    found = _UPLOADED.fullmatch(name)
    if found is None or found["name"].casefold().strip() in _NO_NAMES:
        return None
    return Owner(SYSTEM, found["name"].strip(), file=f"{found['stem']}{found['ending']}")
