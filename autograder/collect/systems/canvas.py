"""Canvas's names (lib/content_zipper.rb).

Files `doejane_LATE_12345_678910_submission-1.zip`: the sortable name in lower case with nothing but
word characters, the mark of a late one, the person's number, the upload's number, the file. With
anonymous marking `LATE_anon_aB3dE_678910_submission.zip`, where the letters stand for one person in
one assignment. What is typed is `doejane_12345_text.html` or `_link.html`. Canvas finds the numbers
by the first `_digits_` and keeps them out of names, so the first is the person's.
"""

from __future__ import annotations

import re
import unicodedata

from .owner import Kind, Owner

SYSTEM = "canvas"
ANONYMOUS = "anon"
_NUMBER = r"[1-9][0-9]{0,19}"
_UPLOAD = re.compile(
    rf"(?P<name>[^/]+?)_(?:(?P<late>LATE)_)?(?P<number>{_NUMBER})_(?P<upload>{_NUMBER})_(?P<file>.+)"
)
_TYPED = re.compile(
    rf"(?P<name>[^/]+?)_(?:(?P<late>LATE)_)?(?P<number>{_NUMBER})_(?:text|link)\.html"
)
_ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE)_)?anon_(?P<number>[A-Za-z0-9]{2,20})_"
    rf"(?:(?P<upload>{_NUMBER})_(?P<file>.+)|(?:text|link)\.html)"
)


def owner_of(name: str) -> Owner | None:
    """Whose a file of this name is; None where it is not one of Canvas's names."""
    if found := _ANONYMOUS.fullmatch(name):
        return _owner(found, ANONYMOUS, found["upload"])
    if (found := _UPLOAD.fullmatch(name)) and _is_a_name(found["name"]):
        return _owner(found, found["name"], found["upload"])
    if (found := _TYPED.fullmatch(name)) and _is_a_name(found["name"]):
        return _owner(found, found["name"], None)
    return None


def _owner(found: re.Match[str], name: str, upload: str | None) -> Owner:
    return Owner(
        SYSTEM,
        name,
        found["number"],
        found["file"] if upload else "",
        upload=int(upload or 0),
        late=found["late"] is not None,
        kind=Kind.FILE if upload else Kind.TEXT,
    )


def _is_a_name(name: str) -> bool:
    """Whether Canvas could have written it: word characters of any script, none of them capital."""
    return all(
        letter == "_" or (unicodedata.category(letter)[0] in "LMN" and not letter.isupper())
        for letter in name
    )
