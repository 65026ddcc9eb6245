"""Whose a downloaded file is, by the names that Moodle and Canvas give."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Jane Doe_123456_assignsubmission_file_/submission.zip, or without the folder
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)"
)
# doejane_LATE_12345_678910_submission-1.zip
_CANVAS = re.compile(
    r"(?P<name>[^_/]+)(?P<late>_LATE)?_(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE
)
_COPY = re.compile(r"(?i)(?:\s*\(\d+\)|[-_ ]+copy(?:[ _-]*\(?\d+\)?)?|-\d+)$")
_NUMBER = re.compile(r"(\d+)\)?$")


@dataclass(frozen=True)
class Owner:
    """Who handed something in.

    Attributes:
        student: the name for nbgrader: letters of any script, digits, `.`, `-` and `_`.
        shown: the name as the download has it.
        file: the rest of the name: the handed-in file's own; empty for a folder.
        upload: Canvas's number of the upload, which grows with time; 0 in Moodle.
        late: whether Canvas marks the file as late.
        is_text: whether it is what the student typed into Moodle's text field.
    """

    student: str
    shown: str
    file: str
    upload: int = 0
    late: bool = False
    is_text: bool = False


def owner_of(name: str) -> Owner | None:
    """Whose a file or folder of this name is, or None where the name does not tell."""
    name = unicodedata.normalize("NFC", name)
    if found := _MOODLE.fullmatch(name):
        return Owner(
            student_id(found["name"], found["number"]),
            found["name"],
            "" if _COPY.fullmatch(f" {found['file'].strip()}") else found["file"],
            is_text=found["kind"] == "onlinetext",
        )
    if found := _CANVAS.fullmatch(name):
        return Owner(
            student_id(found["name"], found["number"]),
            found["name"],
            found["file"],
            upload=int(found["upload"]),
            late=found["late"] is not None,
        )
    return None


def student_id(name: str, number: str = "") -> str:
    """A name as nbgrader, its patterns and a file system can take it, with the system's number."""
    letters = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-._")
    return "_".join(part for part in (letters or "student", number) if part)


def without_copy_mark(stem: str) -> tuple[str, int]:
    """A file's stem without " (1)", "-1" or " - Copy", and the number of the copy.

    The number is 0 where there is no such mark.
    """
    if not (found := _COPY.search(stem)):
        return stem, 0
    number = _NUMBER.search(found[0])
    return stem[: found.start()], int(number[1]) if number else 1
