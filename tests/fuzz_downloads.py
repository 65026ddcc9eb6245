"""Downloads as each system writes them, of a small class in which one person's files are odd."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from downloads import NOON, WHOLE

Files = dict[str, bytes]


@dataclass(frozen=True)
class Person:
    """Somebody of the class, as the systems write them.

    Attributes:
        name: in full.
        login: as Canvas and Blackboard have it.
        number: the system's.
    """

    name: str
    login: str
    number: int

    @property
    def mark(self) -> str:
        """What stands in every file of this person."""
        return f"owner: {self.name}"


ANN = Person("Ann Lee", "leeann", 700001)
BOB = Person("Bob Smith", "smithbob", 700002)
MALLORY = Person("Mallory May", "maymallory", 700003)
CLASS = (ANN, BOB, MALLORY)
HONEST = (ANN, BOB)


def work(person: Person, note: str = "") -> Files:
    """A complete submission; every file names its owner."""
    return {name: f"{person.mark} {name} {note}\n".encode() for name in WHOLE}


def zipped(
    files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, time: tuple[int, ...] = NOON
) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, time)  # type: ignore[arg-type]
            member.compress_type = method
            archive.writestr(member, data)
    return buffer.getvalue()


def moodle(person: Person, file: str, upload: int) -> str:
    return f"{person.name}_{person.number}_assignsubmission_file_/{file}"


def moodle_flat(person: Person, file: str, upload: int) -> str:
    return f"{person.name}_{person.number}_assignsubmission_file_{PurePosixPath(file).name}"


def canvas(person: Person, file: str, upload: int) -> str:
    return f"{person.login}_{person.number}_{900000 + upload}_{PurePosixPath(file).name}"


def blackboard(person: Person, file: str, upload: int) -> str:
    attempt = f"Homework_{person.login}_attempt_2026-05-04-12-00-00"
    return f"{attempt}_{PurePosixPath(file).name}"


def brightspace(person: Person, file: str, upload: int) -> str:
    return f"{person.number}-5678 - {person.name} - May 4, 2026 1200 PM/{PurePosixPath(file).name}"


def gradescope(person: Person, file: str, upload: int) -> str:
    return f"assignment_4242_export/submission_{person.number}/{file}"


def drive(person: Person, file: str, upload: int) -> str:
    path = PurePosixPath(file)
    return f"Homework (File responses)/{path.stem} - {person.name}{path.suffix}"


def _beside_blackboard() -> Files:
    return {
        f"Homework_{person.login}_attempt_2026-05-04-12-00-00.txt": (
            f"Name: {person.name} ({person.login})\nAssignment: Homework\n"
            "Date Submitted: Monday, May 4, 2026 12:00:00 PM UTC\n"
        ).encode()
        for person in CLASS
    }


def _beside_gradescope() -> Files:
    text = "".join(
        f"submission_{person.number}:\n  :submitters:\n  - :name: {person.name}\n"
        f"    :sid: '{person.number}'\n    :email: {person.login}@uni.example\n"
        "  :created_at: 2026-05-04 12:00:00.000000000 Z\n"
        for person in CLASS
    )
    return {"assignment_4242_export/submission_metadata.yml": text.encode()}


@dataclass(frozen=True)
class System:
    """A learning platform, as its downloads look.

    Attributes:
        name: of the platform.
        place: where a person's file lies in the download.
        archive: the download's file name.
        beside: what else the platform puts in.
    """

    name: str
    place: Callable[[Person, str, int], str]
    archive: str
    beside: Callable[[], Files] = dict


SYSTEMS = (
    System("moodle", moodle, "CS1-Homework-77.zip"),
    System("canvas", canvas, "submissions.zip"),
    System("blackboard", blackboard, "gradebook_DL_Homework.zip", _beside_blackboard),
    System("brightspace", brightspace, "Homework Download May 4, 2026.zip"),
    System("gradescope", gradescope, "assignment_4242_export.zip", _beside_gradescope),
    System("drive", drive, "drive-download-20260504T120000Z-001.zip"),
    System("moodle-flat", moodle_flat, "CS1-Homework-77.zip"),
)


def honest(system: System) -> Files:
    """The classmates' files in a download: Ann's as one zip, Bob's one by one."""
    found = {system.place(ANN, "submission.zip", 1): zipped(work(ANN))}
    for upload, (name, data) in enumerate(work(BOB).items(), start=2):
        found[system.place(BOB, name, upload)] = data
    return found | system.beside()


def written(system: System, mallorys: Files, folder: Path, *, unpacked: bool) -> Path:
    """Write a class's download; Mallory's files are given by their full names in it."""
    everything = honest(system) | mallorys
    if not unpacked:
        target = folder / system.archive
        target.write_bytes(zipped(everything, zipfile.ZIP_STORED))
        return target
    for name, data in everything.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def other_work(person: Person) -> Files:
    """A lab in the place of the homework."""
    return {
        name: f"{person.mark} {name}\n".encode()
        for name in ("lab-attention.ipynb", "small_data.py")
    }
