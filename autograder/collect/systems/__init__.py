"""The learning platforms: one file each, from the names in a download to whose an entry is."""

from __future__ import annotations

import unicodedata

from . import blackboard, brightspace, canvas, moodle
from .owner import Owner

LONGEST_NAME = 600


def readings_of(name: str, receipts: dict[str, blackboard.Receipt] | None = None) -> list[Owner]:
    """Whose an entry of this name is, for each system that may have written the name.

    The systems write the beginning of a name and the student the rest. So the first reading is the
    one whose student's part begins first: what looks like another system's lies in that part.

    Args:
        name: of a file or folder that a system put at the top of a download.
        receipts: Blackboard's receipts on the same level, by what their names begin with.
    """
    if len(name) > LONGEST_NAME:
        return []
    name = unicodedata.normalize("NFC", name)
    receipt = (receipts or {}).get(blackboard.stem_of(name) or "")
    found = (
        moodle.owner_of(name),
        blackboard.owner_of(name, receipt),
        brightspace.owner_of(name),
        canvas.owner_of(name),
    )
    readings = [owner for owner in found if owner is not None]
    return sorted(readings, key=lambda owner: len(name) - len(owner.file))


def owner_of(name: str) -> Owner | None:
    """Whose an entry of this name is, where the name alone tells; None where it does not."""
    return next(iter(readings_of(name)), None)
