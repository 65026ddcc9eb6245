"""The class of the simulated term: thirty invented people, and the lists and zips they are in."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.checking.assignments import ASSIGNMENTS, Assignment

NAMES = (
    ("Ada", "Park"),
    ("Chidi", "Okafor"),
    ("Zoë", "de l’Été"),
    ("李", "伟"),
    ("Olha", "Kovalenko"),
    ("Иван", "Петров"),
    ("Maria", "Rossi"),
    ("Maria", "Rossi"),
    ("محمد", "الأحمد"),
    ("Jón", "Þórsson"),
    ("Ελένη", "Παππά"),
    ("Văn An", "Nguyễn"),
    ("さくら", "田中"),
    ("Seán", "O'Brien"),
    ("नेहा", "शर्मा"),
    ("Anne-Marie", "von der Heide"),
    ("דנה", "לוי"),
    ("ስላም", "ተስፋዬ"),
    ("지우", "김"),
    ("Łukasz", "Żak"),
    ("Şule", "Yıldız"),
    ("ธนา", "ใจดี"),
    ("თამარ", "ბერიძე"),
    ("Անի", "Սարգսյան"),
    ("X", "Æ"),
    ("Bjørn", "Ødegård"),
    ("தமிழ்", "செல்வி"),
    ("Ngozi", "Eze"),
    ("João", "da Silva"),
    ("Wei", "Li"),
)
RENAMED, SPELLED_OTHERWISE = 5, 12


@dataclass(frozen=True)
class Person:
    """Somebody of the class.

    Attributes:
        number: from 1.
        first: name.
        last: name.
    """

    number: int
    first: str
    last: str

    @property
    def email(self) -> str:
        """The university's address, which is the login, too."""
        return f"student{self.number}@uni.example"

    @property
    def canvas_id(self) -> int:
        """Canvas's number."""
        return 100 + self.number

    @property
    def canvas_name(self) -> str:
        """How Canvas begins the names of this person's files: last name first, letters alone."""
        kept = [c for c in f"{self.last}{self.first}".lower() if unicodedata.category(c)[0] in "LM"]
        return "".join(kept)

    def moodle_email(self) -> str:
        """The address in Moodle: one person uses another one there."""
        return "an@home.example" if self.number == SPELLED_OTHERWISE else self.email

    def moodle_name(self, assignment: Assignment) -> tuple[str, str]:
        """First and last name in Moodle while an assignment runs."""
        if self.number == SPELLED_OTHERWISE:
            return self.last, self.first
        if self.number == RENAMED and assignment.name != "vit-cifar10":
            return self.first, "Shevchenko"
        return self.first, self.last

    def moodle_number(self, assignment: Assignment) -> int:
        """Moodle's number, which belongs to the person and the assignment."""
        return 1000 * (1 + list(ASSIGNMENTS).index(assignment.name)) + self.number


def class_of(size: int) -> list[Person]:
    """The first of the class."""
    return [Person(number, *NAMES[number - 1]) for number in range(1, size + 1)]


def _list(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def canvas_gradebook(folder: Path, people: list[Person]) -> Path:
    """Canvas's gradebook export."""
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Final Score")
    rows: list[tuple[object, ...]] = [("    Points Possible", "", "", "", "", "(read only)")]
    rows += [
        (f"{p.last}, {p.first}", p.canvas_id, f"S{p.number}", p.email, "CS1", "") for p in people
    ]
    return _list(folder / "2026-04-01_Grades-CS1.csv", header, rows)


def moodle_participants(folder: Path, people: list[Person]) -> Path:
    """Moodle's list of participants."""
    header = ("First name", "Last name", "Email address", "Groups")
    rows = [(*p.moodle_name(ASSIGNMENTS["vit-cifar10"]), p.moodle_email(), "red") for p in people]
    return _list(folder / "participants.csv", header, rows)


def moodle_worksheet(folder: Path, people: list[Person], assignment: Assignment) -> Path:
    """Moodle's grading worksheet of an assignment."""
    header = ("Identifier", "Full name", "Email address", "Status", "Grade")
    rows = [
        (
            f"Participant {p.moodle_number(assignment)}",
            " ".join(p.moodle_name(assignment)),
            p.moodle_email(),
            "Submitted for grading",
            "-",
        )
        for p in people
    ]
    return _list(folder / f"Grades-{assignment.name}.csv", header, rows)


@dataclass(frozen=True)
class HandIn:
    """What somebody handed in, as the platform keeps it.

    Attributes:
        person: who.
        files: the names and contents of the uploads: zips, or files one by one.
        time: when.
        upload: Canvas's number of the first upload.
        late: whether Canvas marks it so.
    """

    person: Person
    files: Mapping[str, bytes]
    time: datetime
    upload: int = 0
    late: bool = False


@dataclass
class Term:
    """What the class handed in over the term.

    Attributes:
        digests: of every file of every submission that is to be kept, with its name.
    """

    digests: dict[str, str] = field(default_factory=dict)

    def zipped(self, files: Mapping[str, bytes], time: datetime, *, kept: bool = True) -> bytes:
        """A student's zip, of which nothing may be lost, unless it is the wrong one."""
        if kept:
            self.keep(files)
        return packed(files, time)

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Note that these files must not be lost."""
        self.digests |= {hashlib.sha256(data).hexdigest(): name for name, data in files.items()}


def packed(files: Mapping[str, bytes], time: datetime) -> bytes:
    """A zip whose files have this time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, time.timetuple()[:6]), data)
    return buffer.getvalue()


def moodle_download(path: Path, assignment: Assignment, hand_ins: Sequence[HandIn]) -> Path:
    """What Moodle's "Download all submissions" gives: a folder a person, dated as handed in."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in hand_ins:
            name = " ".join(each.person.moodle_name(assignment))
            number = each.person.moodle_number(assignment)
            for file, data in each.files.items():
                place = f"{name}_{number}_assignsubmission_file_/{file}"
                archive.writestr(zipfile.ZipInfo(place, each.time.timetuple()[:6]), data)
    return path


def canvas_download(path: Path, hand_ins: Sequence[HandIn], when: datetime) -> Path:
    """What Canvas's "Download Submissions" gives: files, all dated as the download itself."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in hand_ins:
            late = "_LATE" if each.late else ""
            for more, (file, data) in enumerate(each.files.items()):
                upload = each.upload + more
                name = f"{each.person.canvas_name}{late}_{each.person.canvas_id}_{upload}_{file}"
                archive.writestr(zipfile.ZipInfo(name, when.timetuple()[:6]), data)
    return path
