"""Moodle's names (mod/assign/classes/downloader.php).

A folder `Jane Doe_7_assignsubmission_file_` (newer ones without the last underscore), or files
`Jane Doe_7_assignsubmission_file_submission.zip`. The number belongs to the person and the
assignment. With blind marking the name is "Participant", in the site's language; a team's has the
group's name and number, and the group of those without one has no number.
"""

from __future__ import annotations

import re

from .owner import Kind, Owner

SYSTEM = "moodle"
_NAME = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?"
)
_COPIED_FOLDER = re.compile(r"\s*(?:\(\d+\)|-?\s*copy(?:\s*\(?\d+\)?)?)?", re.IGNORECASE)
_COPIED_PLAIN = re.compile(r"(?P<name>.+_assignsubmission_[a-z]+)\s+\(\d+\)")


def owner_of(name: str) -> Owner | None:
    """Whose an entry of this name is; None where it is not one of Moodle's names."""
    if copied := _COPIED_PLAIN.fullmatch(name):
        name = copied["name"]
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    file = found["file"] or ""
    return Owner(
        SYSTEM,
        found["name"].replace("_", " ").strip() or found["name"],
        found["number"] or "",
        "" if _COPIED_FOLDER.fullmatch(file) else file,
        kind=Kind.FILE if found["kind"] == "file" else Kind.TEXT,
    )
