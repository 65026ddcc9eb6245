"""The learning platforms: one file each, from the names in a download to whose an entry is."""

from __future__ import annotations

import unicodedata

from . import blackboard, brightspace, canvas, moodle
from .owner import Owner

LONGEST_NAME = 600


def owner_of(name: str, receipts: dict[str, blackboard.Receipt] | None = None) -> Owner | None:
    """Whose an entry of this name is, where the name alone tells; None where it does not.

    Args:
        name: of a file or folder that a system put at the top of a download.
        receipts: Blackboard's receipts on the same level, by what their names begin with.
    """
    if len(name) > LONGEST_NAME:
        return None
    name = unicodedata.normalize("NFC", name)
    receipt = (receipts or {}).get(blackboard.stem_of(name) or "")
    return (
        moodle.owner_of(name)
        or blackboard.owner_of(name, receipt)
        or brightspace.owner_of(name)
        or canvas.owner_of(name)
    )
