"""Rosters, lists and earlier hand-ins of invented people, for the tests of the roster."""

from __future__ import annotations

import tarfile
from pathlib import Path

from autograder.records.origin import KIND, Origin
from autograder.records.records import Records
from autograder.roster.directory import Certainty, Directory, Match
from autograder.roster.importing import Kind, Merged, merge_lists
from autograder.roster.listings import read_listing
from autograder.roster.people import FILE, Roster, load_roster

HOMEWORK = "vit-cifar10"
LAB = "lab-attention"
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (12345),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,100,(read only)
"Doe, Jane",101,S1,jdoe@uni.example,CS1,88,88
"Nguyễn, Văn An",102,S2,vnguyen@uni.example,CS1 and CS2,,
"Müller, Jörg",103,S3,jmueller@uni.example,CS1,,
"Student, Test",999,,abc123,CS1,,
"""
MOODLE = """First name,Last name,Email address,Groups
Jane,Doe,jdoe@uni.example,red
Van An,Nguyen,an@home.example,red
Jörg,Müller,JMUELLER@uni.example,blue
Anna,Ødegård,anna@uni.example,blue
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum grade
Participant 1001,Jane Doe,jdoe@uni.example,Submitted for grading,-,100
Participant 1002,Jörg Müller,jmueller@uni.example,No submission,-,100
"""


def write_roster(root: Path, text: str | bytes) -> Path:
    path = root / FILE
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def roster_of(root: Path) -> Roster:
    roster = load_roster(root)
    assert roster is not None
    return roster


def imported(
    root: Path, *lists: str | bytes, assignment: str | None = None, save: bool = True, **how: object
) -> Merged:
    listings = []
    for number, text in enumerate(lists):
        path = root / f"list{number}.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        listings.append(read_listing(path, assignment))
    merged = merge_lists(root, listings, **how)  # type: ignore[arg-type]
    if save:
        merged.roster.save()
    return merged


def kinds(merged: Merged) -> dict[str, Kind]:
    return {each.name: each.kind for each in merged.changes}


def moodle(name: str, number: str = "", **more: str) -> Origin:
    return Origin("moodle", name, number, **more)  # type: ignore[arg-type]


def canvas(name: str, number: str) -> Origin:
    return Origin("canvas", name, number)


def match(root: Path, origin: Origin, assignment: str = HOMEWORK) -> Match:
    return Directory(root).match(origin, assignment)


def known(root: Path, origin: Origin, assignment: str = HOMEWORK) -> str:
    """The key of somebody who is known for sure."""
    found = match(root, origin, assignment)
    assert found.certainty is Certainty.KNOWN, found
    return found.key


def handed_in(root: Path, key: str, origin: Origin | None, assignment: str = HOMEWORK) -> None:
    """What collecting leaves; without an origin, as the older tree left it."""
    folder = root / "submitted" / key / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "utils.py").write_text(f"# {key} {assignment}")
    if origin:
        Records(root).write(KIND, key, assignment, origin.to_json())


def midterm(folder: Path) -> Path:
    """The course in mid-term, unpacked."""
    archive = Path(__file__).parent / "fixtures" / "midterm.tar.xz"
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "midterm"
