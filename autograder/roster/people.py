"""The roster: `roster.csv` at the course's root, a row a person, edited by hand or imported."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.records.quoting import quoted
from autograder.roster.naming import same_key, tidy, trouble_with_key
from autograder.roster.tables import RosterError, read_table

FILE = "roster.csv"
BASIC = ("key", "name", "email", "section", "group")
# What says who somebody is, whatever the name: the same value means the same person.
IDS = (
    "canvas_id",
    "sis_id",
    "login",
    "moodle_login",
    "student_number",
    "blackboard_id",
    "brightspace_id",
    "gradescope_id",
)
MOST_FAULTS = 20


def assignment_column(system: str, assignment: str) -> str:
    """The column of the number that a system gives a person in one assignment alone."""
    return f"{system}:{assignment}"


@dataclass(frozen=True)
class Person:
    """A row of the roster.

    Attributes:
        key: the person's folder and id in the gradebook, in every assignment.
        values: by column, what the course reads of the row; a column that is absent is empty.
        rest: by place, the values of the columns that the course does not know.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    rest: Mapping[int, str] = field(default_factory=dict)

    def value(self, column: str) -> str:
        """What stands in a column; empty where nothing does."""
        return self.values.get(column, "")

    @property
    def name(self) -> str:
        """The name: "Jane Doe", or "Doe, Jane", which says what the last name is."""
        return self.value("name")

    @property
    def email(self) -> str:
        """The e-mail."""
        return self.value("email")

    def having(self, values: Mapping[str, str]) -> Person:
        """The same person with other values."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class Roster:
    """Everybody in the course.

    Attributes:
        path: the file.
        header: the names of its columns, in their order, as they are written.
        people: in the order of the file.
        delimiter: what parts the values.
        note: what to know about how it was read; empty for most.
    """

    path: Path
    header: tuple[str, ...] = BASIC
    people: tuple[Person, ...] = ()
    delimiter: str = ","
    note: str = ""

    def find(self, key: str) -> Person | None:
        """The person of a key."""
        return next((person for person in self.people if person.key == key), None)

    def with_people(self, people: Iterable[Person]) -> Roster:
        """The roster with other people, and a column for everything known of them."""
        people = tuple(people)
        columns = {column_of(name) for name in self.header}
        used = {column for each in people for column, value in each.values.items() if value}
        order = [*BASIC, *IDS, *sorted(used)]
        new = [column for column in dict.fromkeys(order) if column in used - columns]
        return replace(self, people=people, header=(*self.header, *new))

    def save(self) -> None:
        """Write the file, in one step, in UTF-8 with the mark by which Excel knows it."""
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file, delimiter=self.delimiter, lineterminator="\n")
            table.writerow(self.header)
            for person in self.people:
                values = {**person.values, "key": person.key}
                table.writerow(
                    person.rest.get(place, values.get(column_of(name), ""))
                    for place, name in enumerate(self.header)
                )
        unfinished.replace(self.path)


def column_of(name: str) -> str:
    """A column's name as the course reads it."""
    system, colon, assignment = tidy(name).partition(":")
    if colon:
        return assignment_column(system.strip().lower(), assignment.strip())
    column = system.casefold().replace("-", "_").replace(" ", "_")
    return "email" if column in ("e_mail", "email_address", "mail") else column


def load_roster(root: Path) -> Roster | None:
    """The course's roster; None where there is none.

    Args:
        root: the course's folder.

    Raises:
        RosterError: it cannot be read, or two rows are one person's; every fault is named.
    """
    path = root / FILE
    if not path.exists():
        return None
    table = read_table(path)
    columns = [column_of(name) for name in table.header]
    places = {name: place for place, name in enumerate(columns) if _is_known(name)}
    faults = _faults_of_header(columns)
    people: list[Person] = []
    lines: dict[str, int] = {}
    for line, values in table.rows:
        known = {name: tidy(values[place]) for name, place in places.items()}
        rest = {n: value for n, value in enumerate(values) if not _is_known(columns[n])}
        if "name" not in places and {"first_name", "last_name"} <= set(columns):
            last, first = (values[columns.index(each)] for each in ("last_name", "first_name"))
            known["name"] = tidy(f"{last}, {first}").strip(" ,")
        key = known.pop("key", "")
        if trouble := trouble_with_key(key) if "key" in places else "":
            faults.append(
                f'line {line}, column "key": got "{quoted(key)}"; {trouble}. '
                f"Write another one, such as {_proposal(known.get('name', ''))}."
            )
        elif (other := lines.setdefault(same_key(key), line)) != line:
            faults.append(
                f'line {line}, column "key": "{quoted(key)}" is the key of line {other}, too '
                "(case does not count). Two people have two keys; one person has one row."
            )
        people.append(Person(key, known, rest))
    if faults:
        more = [f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        where = f"{quoted(str(path))}, "
        raise RosterError("\n".join([*(f"{where}{f}" for f in faults[:MOST_FAULTS]), *more]))
    return Roster(path, table.header, tuple(people), table.delimiter, table.note)


def _is_known(column: str) -> bool:
    return column in BASIC or column in IDS or column.startswith(("moodle:", "canvas:"))


def _faults_of_header(columns: list[str]) -> list[str]:
    faults = []
    if "key" not in columns:
        found = ", ".join(f'"{quoted(name)}"' for name in columns[:12])
        faults.append(
            f'line 1: there is no column "key" (found: {found}). Name the column of the students\' '
            "folders so; or give this file to `vitcourse roster import FILE` under another name."
        )
    for name in sorted({name for name in columns if columns.count(name) > 1 and _is_known(name)}):
        faults.append(f'line 1: two columns are named "{quoted(name)}". Rename or remove one.')
    return faults


def _proposal(name: str) -> str:
    return quoted("-".join(tidy(name).replace(",", "").split()), 60) or "jane-doe"
