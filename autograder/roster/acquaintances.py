"""Whom the course knows without a roster: from earlier hand-ins, folders and the gradebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder.records.origin import KIND, Origin
from autograder.records.quoting import quoted
from autograder.records.records import Records
from autograder.records.settings import CourseSettings, course_settings
from autograder.roster.naming import earlier_id, is_blind, student_id
from autograder.roster.tables import RosterError

# The keys that collecting makes: Jane-Doe_1001, doejane_4711.
_KEY = re.compile(r"(?P<name>.+)_(?P<number>\d+)")
_ANONYMOUS = re.compile(r"anon([_-].*|ymous.*)?")
# What a number of an old folder's name is a number of.
UNSAID = ""


@dataclass(frozen=True)
class Number:
    """A number or login that a system gave somebody.

    Attributes:
        system: the system; UNSAID where it is read off an old folder's name.
        value: the number.
        assignment: where it belongs to one assignment alone, its name; else empty.
    """

    system: str
    value: str
    assignment: str = ""


@dataclass
class Acquaintance:
    """What is known of a key.

    Attributes:
        key: the key.
        names: how downloads or the gradebook name the person.
        emails: likewise.
        numbers: the numbers that systems gave the person.
        assignments: for which something lies in `submitted/`, or is recorded.
    """

    key: str
    names: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    numbers: set[Number] = field(default_factory=set)
    assignments: set[str] = field(default_factory=set)

    def meet(self, origin: Origin, assignment: str) -> None:
        """Add what a hand-in tells of the person."""
        self.assignments.add(assignment)
        if not is_blind(origin.name) and not is_anonymous(origin):
            self.names.add(origin.name)
        if origin.email:
            self.emails.add(origin.email.casefold())
        if origin.number:
            self.numbers.add(number_of(origin, assignment))

    def handed_in(self, origin: Origin, assignment: str) -> bool:
        """Whether an earlier hand-in of this person has the number or e-mail of another one."""
        if origin.email and origin.email.casefold() in self.emails:
            return True
        if not origin.number:
            return False
        if number_of(origin, assignment) in self.numbers:
            return True
        if origin.system == "moodle":
            return Number(UNSAID, origin.number, assignment) in self.numbers
        unsaid = {each.value for each in self.numbers if each.system == UNSAID}
        return origin.number in unsaid and self.key in (
            student_id(origin.name, origin.number),
            earlier_id(origin.name, origin.number),
        )

    def is_another(self, origin: Origin, assignment: str) -> bool:
        """Whether an earlier hand-in has another number of the same system: another person's."""
        if not origin.number:
            return False
        number = number_of(origin, assignment)
        looks_like_canvas = self.key.islower() and "-" not in self.key
        for each in self.numbers:
            if each.value == origin.number:
                continue
            if (each.system, each.assignment) == (number.system, number.assignment):
                return True
            if each.system == UNSAID and (origin.system == "canvas") == looks_like_canvas:
                return origin.system != "moodle" or each.assignment == assignment
        return False


def number_of(origin: Origin, assignment: str) -> Number:
    """A hand-in's number: the assignment's alone where its system gives one for each."""
    alone = origin.system == "moodle" or is_anonymous(origin)
    return Number(origin.system, origin.number, assignment if alone else "")


def is_anonymous(origin: Origin) -> bool:
    """Whether Canvas hides whose a hand-in is."""
    return any(_ANONYMOUS.fullmatch(text.lower()) for text in (origin.name, origin.number))


def origins(root: Path) -> Iterator[tuple[str, str, Origin]]:
    """Where every recorded hand-in comes from: key, assignment, origin."""
    for key, assignment, content in Records(root).every(KIND):
        try:
            yield key, assignment, Origin.from_json(content)
        except TypeError:  # written by something else; nothing can be read off it
            continue


def acquaintances(root: Path) -> dict[str, Acquaintance]:
    """Everybody whom the course has met, by key.

    Args:
        root: the course's folder.

    Raises:
        RosterError: the gradebook cannot be read.
    """
    settings = course_settings(root)
    found: dict[str, Acquaintance] = {}
    for key, assignment, origin in origins(root):
        found.setdefault(key, Acquaintance(key)).meet(origin, assignment)
    _from_folders(settings, found)
    _from_gradebook(settings, found)
    return found


def _from_folders(settings: CourseSettings, found: dict[str, Acquaintance]) -> None:
    """Read off `submitted/` what nothing recorded."""
    for folder in sorted(settings.submitted.glob("*/*")):
        if not folder.is_dir() or folder.parent.name.startswith("."):
            continue
        key, assignment = folder.parent.name, folder.name
        known = found.setdefault(key, Acquaintance(key))
        if assignment in known.assignments:
            continue
        known.assignments.add(assignment)
        parts = _KEY.fullmatch(key)
        if parts:
            known.numbers.add(Number(UNSAID, parts["number"], assignment))
        if not known.names and not is_blind(parts["name"] if parts else key):
            known.names.add((parts["name"] if parts else key).replace("-", " "))


def _from_gradebook(settings: CourseSettings, found: dict[str, Acquaintance]) -> None:
    """Add the gradebook's students, with the names and e-mails that stand there."""
    file = settings.gradebook_file
    if file is not None and not file.exists():
        return
    try:
        with settings.gradebook() as gradebook:
            for student in gradebook.students:
                known = found.setdefault(student.id, Acquaintance(student.id))
                name = " ".join(filter(None, (student.first_name, student.last_name)))
                if name:
                    known.names.add(name)
                if student.email:
                    known.emails.add(student.email.casefold())
    except SQLAlchemyError as error:
        raise RosterError(f"The gradebook cannot be read: {quoted(str(error), 300)}") from error
