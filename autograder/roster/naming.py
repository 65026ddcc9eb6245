"""Names of people: as keys for nbgrader, and as something that can be compared."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import cache

from autograder.records.quoting import quoted

LONGEST_KEY = 100
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# What Moodle calls people where marking is blind, in the languages of its menus.
_BLIND = {
    "participant",
    "participante",
    "partecipante",
    "teilnehmer",
    "teilnehmerin",
    "teilnehmerinnen",
    "deelnemer",
}


def student_id(name: str, number: str = "") -> str:
    """A name as nbgrader, its patterns and a file system can take it, with the system's number."""
    composed = unicodedata.normalize("NFC", name)
    kept = ""
    for letter in composed:
        belongs = _is_mark(letter) and kept and (kept[-1].isalnum() or _is_mark(kept[-1]))
        kept += letter if belongs or letter in "._-" or letter.isalnum() else " "
    return _with_number(kept, number)


def earlier_id(name: str, number: str = "") -> str:
    """The id that earlier versions of the course gave: without vowel signs and other marks."""
    return _with_number(re.sub(r"[^\w.-]", " ", unicodedata.normalize("NFC", name)), number)


def _with_number(name: str, number: str) -> str:
    letters = re.sub(" +", "-", name).strip("-._")
    return "_".join(part for part in (letters or "student", number) if part)


def _is_mark(letter: str) -> bool:
    """Whether it belongs to the letter before it: a vowel sign, an accent that stays apart."""
    # The selectors of variants are marks, too, but cannot be seen.
    return unicodedata.category(letter)[0] == "M" and "VARIATION" not in unicodedata.name(
        letter, ""
    )


def trouble_with_key(key: str) -> str:
    """Why a key can be no student's id and no folder's name; empty where it can."""
    if not key:
        return "the key is empty"
    wrong = {
        letter
        for letter in key
        if not (letter in "._-" or unicodedata.category(letter)[0] in "LMN")
    }
    if wrong:
        shown = " ".join(f'"{quoted(letter)}"' for letter in sorted(wrong))
        return f"a key has letters, digits and . - _ only, not {shown}"
    if key[0] in ".-" or unicodedata.category(key[0])[0] == "M":
        return 'a key begins with a letter, a digit or "_"'
    if len(key) > LONGEST_KEY or len(key.encode()) > 2 * LONGEST_KEY:
        return f"a key has at most {LONGEST_KEY} letters"
    return ""


def same_key(key: str) -> str:
    """What two keys have in common that a file system may take for one."""
    return _folded(key)


def tidy(text: str) -> str:
    """A name or an id as it is kept: composed letters, single blanks, nothing invisible."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(
        "".join(
            letter
            for letter in composed
            if letter.isspace() or unicodedata.category(letter) not in _INVISIBLE
        ).split()
    )


def natural(name: str) -> str:
    """ "Doe, Jane" as "Jane Doe"; any other name as it is."""
    last, comma, first = tidy(name).partition(",")
    return f"{first.strip()} {last.strip()}".strip() if comma else last


def first_and_last(name: str) -> tuple[str, str]:
    """First names and last name: parted at the comma, else the last word is the last name."""
    last, comma, first = tidy(name).partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = last.rpartition(" ")
    return first, last


class Likeness(IntEnum):
    """How like each other two names are."""

    NONE = 0
    PART = 1
    ALIKE = 2
    EQUAL = 3


def likeness(one: str, other: str) -> Likeness:
    """How like each other two names are.

    Returns:
        EQUAL where they are written alike; ALIKE where order, accents, punctuation or blanks
        differ; PART where one lacks some names of the other, such as the middle one.
    """
    if _pieces(one).isdisjoint(_pieces(other)):
        return Likeness.NONE
    if spelled(one) == spelled(other):
        return Likeness.EQUAL
    if parts(one) == parts(other) or squeezed(one) & squeezed(other):
        return Likeness.ALIKE
    less, more = sorted((set(parts(one)), set(parts(other))), key=len)
    return Likeness.PART if len(less) > 1 and less < more else Likeness.NONE


@cache
def spelled(name: str) -> str:
    """What names that are written alike have in common, but for case and blanks."""
    return _folded(natural(name))


@cache
def parts(name: str) -> tuple[str, ...]:
    """What is left of a name without accents, punctuation, case and order."""
    bare = unicodedata.normalize("NFKD", _folded(tidy(name)))
    letters = "".join(
        "" if letter in "'’`´" else letter if letter.isalnum() or _is_mark(letter) else " "
        for letter in bare
        if not unicodedata.combining(letter)
    )
    return tuple(sorted(letters.split()))


@cache
def squeezed(name: str) -> frozenset[str]:
    """The ways in which Canvas may squeeze a name into a file's: "doejane", whatever is last."""
    words = [part for word in natural(name).split() for part in parts(word)]
    if not words:
        return frozenset()
    return frozenset("".join(words[turn:] + words[:turn]) for turn in range(len(words)))


@cache
def _pieces(name: str) -> frozenset[str]:
    return squeezed(name).union(parts(name))


def is_blind(name: str) -> bool:
    """Whether a download hides who this is."""
    return "".join(letter for letter in _folded(name) if letter.isalpha()) in _BLIND


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
