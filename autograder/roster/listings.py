"""Lists of people as Canvas, Moodle and people write them, recognised by their header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.records.quoting import quoted
from autograder.roster.naming import tidy
from autograder.roster.people import BASIC, IDS, assignment_column, column_of
from autograder.roster.tables import RosterError, Table, read_table

# Moodle's headers in the languages of its menus: English, German, French, Spanish, Italian,
# Portuguese, Dutch; some changed from one release to the next.
_HEADERS = {
    "first": "first name|firstname|vorname|prénom|nombre|nome|nome próprio|voornaam",
    "last": "last name|lastname|surname|nachname|nom de famille|nom|apellido(s)|apellidos|apellido"
    "|cognome|apelido|sobrenome|achternaam",
    "full": "full name|fullname|name|vollständiger name|nom complet|nombre completo"
    "|nome completo|volledige naam|student name",
    "email": "email address|e-mail address|email|e-mail|mail|e-mail-adresse|adresse de courriel"
    "|adresse e-mail|courriel|dirección de correo|dirección email|dirección de email"
    "|correo electrónico|indirizzo email|endereço de e-mail|endereço de correio eletrónico"
    "|e-mailadres",
    "moodle_login": "username|user name|anmeldename|benutzername|nom d'utilisateur"
    "|nombre de usuario|nome utente|nome de utilizador|identificação de usuário|gebruikersnaam",
    "student_number": "id number|idnumber|id-nummer|matrikelnummer|student number|student id"
    "|numéro d'identification|número de id|número id|número de identificación|codice identificativo"
    "|número de identificação|id-nummer",
    "group": "group|groups|gruppe|gruppen|groupe|groupes|grupo|grupos|gruppi|groepen",
    "section": "section|sections|sektion|sección|sezione",
    "identifier": "identifier|id|kennung|bezeichner|identifiant|identificador|identificativo"
    "|identificatie",
    "role": "roles|rollen|rôles|ruoli|papéis",
}
_MEANING = {name: meaning for meaning, names in _HEADERS.items() for name in names.split("|")}
_PARTICIPANT = re.compile(r"\D*[^\W\d]\D*?\s?(\d+)")
_SURE = ("email", *IDS)
_CANVAS = {"student", "id", "section"}


@dataclass(frozen=True)
class Entry:
    """One person of a list.

    Attributes:
        line: where it stands in the file.
        values: by column of the roster; empty ones left out.
    """

    line: int
    values: dict[str, str]

    @property
    def name(self) -> str:
        """The name, as the list gives it."""
        return self.values.get("name", "")


@dataclass(frozen=True)
class Listing:
    """A list of people.

    Attributes:
        path: the file.
        kind: what it is taken for.
        entries: its people.
        notes: what was not taken, and why.
    """

    path: Path
    kind: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def read_listing(path: Path, assignment: str | None = None) -> Listing:
    """Read a list of people, whatever it comes from.

    Args:
        path: Canvas's gradebook export, Moodle's list of participants or grading worksheet, or a
            plain table with a column for the key, the name or the e-mail.
        assignment: whose grading worksheet it is; only for one.

    Raises:
        RosterError: it is none of these, or a worksheet without its assignment's name.
    """
    table = read_table(path)
    names = [tidy(name).casefold().replace("’", "'") for name in table.header]
    meanings = [_MEANING.get(name, "") for name in names]
    if set(names) >= _CANVAS:
        listing = _canvas(table, names)
    elif _is_worksheet(table, meanings):
        listing = _worksheet(table, meanings, assignment)
    elif "key" not in names and {"first", "last"} <= set(meanings):
        listing = _people(table, meanings, names, "Moodle's list of participants")
    elif "key" in names or {"full", "email"} & set(meanings) or {"first", "last"} <= set(meanings):
        listing = _people(table, meanings, names, "a table of people")
    else:
        found = ", ".join(f'"{quoted(name, 40)}"' for name in table.header[:12])
        raise RosterError(
            f"{quoted(str(path))}, line 1: no list of people that is known here; its columns are "
            f"{found}. Known are Canvas's gradebook export (Student, ID, SIS Login ID, Section), "
            "Moodle's list of participants (First name, Last name, Email address), Moodle's "
            "grading worksheet (Identifier, Full name, Email address), and any table with a column "
            "key, name or email."
        )
    if assignment and listing.kind != "Moodle's grading worksheet":
        raise RosterError(
            f"{quoted(str(path))} is {listing.kind}, which belongs to no assignment: leave out "
            "--assignment"
        )
    if table.note:
        return Listing(path, listing.kind, listing.entries, (table.note, *listing.notes))
    return listing


def _canvas(table: Table, names: list[str]) -> Listing:
    """Canvas's gradebook export, without the lines on its columns and the test student."""
    columns = {
        "name": "student",
        "canvas_id": "id",
        "sis_id": "sis user id",
        "login": "sis login id",
        "section": "section",
    }
    places = {column: names.index(name) for column, name in columns.items() if name in names}
    entries, notes = [], []
    for line, values in table.rows:
        entry = _entry(line, places, values)
        if re.fullmatch(r"[0-9]+", entry.values.get("canvas_id", "")) is None:
            if entry.name and entry.name.casefold() != "points possible":
                notes.append(f'line {line}: "{quoted(entry.name)}" has no ID: not taken')
        elif entry.name.casefold() in ("student, test", "test student"):
            notes.append(f"line {line}: Canvas's test student: not taken")
        else:
            entries.append(entry)
    return Listing(table.path, "Canvas's gradebook export", tuple(entries), tuple(notes))


def _is_worksheet(table: Table, meanings: list[str]) -> bool:
    """Whether a column holds what Moodle calls participants: a word and a number."""
    if "identifier" not in meanings or not table.rows:
        return False
    place = meanings.index("identifier")
    return all(_PARTICIPANT.fullmatch(tidy(values[place])) for _, values in table.rows)


def _worksheet(table: Table, meanings: list[str], assignment: str | None) -> Listing:
    where = quoted(str(table.path))
    if assignment is None:
        raise RosterError(
            f"{where} is a grading worksheet of Moodle's, and its numbers belong to one "
            f"assignment; say to which: vitcourse roster import {where} --assignment NAME"
        )
    if not {"full", "email", "moodle_login", "student_number"} & set(meanings):
        raise RosterError(
            f"{where} holds the participants' numbers and nobody's name, because marking is blind. "
            'In Moodle choose "Reveal student identities", and download the worksheet again.'
        )
    number = assignment_column("moodle", assignment)
    listing = _people(table, meanings, [], "Moodle's grading worksheet")
    place = meanings.index("identifier")
    numbers = {}
    for line, values in table.rows:
        if found := _PARTICIPANT.fullmatch(tidy(values[place])):
            numbers[line] = found[1]
    entries = tuple(
        Entry(entry.line, {**entry.values, number: numbers[entry.line]})
        for entry in listing.entries
    )
    return Listing(table.path, listing.kind, entries, listing.notes)


def _people(table: Table, meanings: list[str], names: list[str], kind: str) -> Listing:
    """A table with a row a person; `names` are the headers that may be the roster's own."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        column = column_of(name)
        if column in BASIC or column in IDS or re.match(r"(moodle|canvas):", column):
            places.setdefault(column, place)
    for place, meaning in enumerate(meanings):
        if meaning and meaning != "identifier":
            places.setdefault("name" if meaning == "full" else meaning, place)
    entries, notes = [], []
    for line, values in table.rows:
        entry = _entry(line, places, values)
        first, last = (entry.values.pop(part, "") for part in ("first", "last"))
        entry.values.pop("role", None)
        if first or last:
            entry.values["name"] = f"{last}, {first}" if first and last else first or last
        if {"key", "name", *_SURE} & entry.values.keys():
            entries.append(entry)
        else:
            notes.append(f"line {line}: neither key nor name nor e-mail: not taken")
    used = set(places.values())
    unknown = [quoted(name, 40) for place, name in enumerate(table.header) if place not in used]
    if names and any(unknown):
        notes.append(f"columns not taken: {', '.join(filter(None, unknown))}")
    return Listing(table.path, kind, tuple(entries), tuple(notes))


def _entry(line: int, places: dict[str, int], values: tuple[str, ...]) -> Entry:
    found = {column: tidy(values[place]) for column, place in places.items()}
    return Entry(line, {column: value for column, value in found.items() if value})
