"""Brightspace's names: folders `1234-5678 - Jane Doe - May 4, 2026 1200 PM`, one a submission.

The first number is the person's, the second the assignment's folder. A flat download has files of
the same name with ` - submission.zip` behind it. Times are by the server's clock. An `index.html`
lies beside them.
"""

from __future__ import annotations

import re
from datetime import datetime

from .owner import Owner

SYSTEM = "brightspace"
OWN_FILES = ("index.html",)
_MONTH = r"[^\W\d_]{3,12}\.?"
_ENTRY = re.compile(
    r"(?P<number>\d+)-\d+ ?- (?P<name>.+?) ?- "
    rf"(?P<date>(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH}),? \d{{4}}),? "
    r"(?P<clock>\d{1,2}[:.]?\d{2}) ?(?P<half>[AP]M)?(?: ?- (?P<file>.+))?"
)


def owner_of(name: str) -> Owner | None:
    """Whose an entry of this name is; None where it is not one of Brightspace's names."""
    found = _ENTRY.fullmatch(name)
    if found is None:
        return None
    time = _time(found["date"], re.sub(r"\D", "", found["clock"]).zfill(4), found["half"])
    return Owner(SYSTEM, found["name"].strip(), found["number"], found["file"] or "", time=time)


def _time(date: str, clock: str, half: str | None) -> datetime | None:
    """The moment, by this computer's clock; None where the month has another language's name."""
    text = f"{date.replace(',', '').replace('.', '')} {clock} {half or ''}".strip()
    hour = "%I%M %p" if half else "%H%M"
    for day in ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(text, f"{day} {hour}").astimezone()
        except (ValueError, OverflowError, OSError):
            continue
    return None
