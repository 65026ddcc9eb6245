"""Names of people: as keys for nbgrader, and as something that can be compared."""

from __future__ import annotations

import re
import unicodedata


def student_id(name: str, number: str = "") -> str:
    """A name as nbgrader, its patterns and a file system can take it, with the system's number."""
    letters = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-._")
    return "_".join(part for part in (letters or "student", number) if part)
