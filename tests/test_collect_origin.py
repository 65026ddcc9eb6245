"""Where a hand-in comes from is kept, and so is what it replaces."""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from downloads import LATER, NOON, WHOLE, Course, utc, zipped

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK
from autograder.collect.place import Outcome
from autograder.collect.shelf import NothingKeptError, Shelf
from autograder.records.origin import Origin
from autograder.records.records import Records

MOODLE = "Jane Doe_7_assignsubmission_file_"
KEY = "Jane-Doe_7"
FIRST, SECOND = WHOLE | {"ViT.py": "first"}, WHOLE | {"ViT.py": "second"}
LAB = ASSIGNMENTS["lab-attention"]


def origin_of(course: Course, key: str = KEY, assignment: str = HOMEWORK.name) -> Origin:
    content = Records(course.root).read("origin", key, assignment)
    assert content is not None
    return Origin.from_json(content)


def hand_in(course: Course, content: dict[str, str], time: tuple[int, ...]) -> Outcome:
    path = course.download("hw.zip", zipped({f"{MOODLE}/s.zip": zipped(content)}, time))
    # Moodle's number in another assignment is another one, which the roster may ask about.
    (placed,) = course.collect(path, confirm=True).placed
    return placed.outcome


def test_moodles_origin(course: Course) -> None:
    data = zipped(WHOLE)
    course.download("CS1-HW-77.zip", zipped({f"{MOODLE}/mine/s (1).zip": data}, LATER))
    course.collect()
    origin = origin_of(course)
    assert (origin.system, origin.name, origin.number) == ("moodle", "Jane Doe", "7")
    assert (origin.late, origin.download) == (False, "CS1-HW-77.zip")
    assert origin.time == utc(*LATER).isoformat()
    (file,) = origin.files
    assert (file.name, file.file) == (f"{MOODLE}/mine/s (1).zip", "mine/s (1).zip")
    assert file.digest == hashlib.sha256(data).hexdigest()
    assert (file.upload, file.time) == ("", utc(*LATER).isoformat())


def test_canvass_origin_of_loose_files(course: Course) -> None:
    content = {f"doejane_LATE_7_{n}_{name}": t for n, (name, t) in enumerate(WHOLE.items(), 100)}
    course.download("submissions.zip", zipped(content))
    course.collect()
    origin = origin_of(course, "doejane_7")
    assert (origin.system, origin.number, origin.late, origin.time) == ("canvas", "7", True, "")
    assert {(file.name, file.file, file.upload, file.digest) for file in origin.files} == {
        (f"doejane_LATE_7_{n}_{name}", name, str(n), hashlib.sha256(text.encode()).hexdigest())
        for n, (name, text) in enumerate(WHOLE.items(), 100)
    }


def test_names_that_are_no_text_are_kept_as_escapes(course: Course) -> None:
    folder = os.path.join(os.fsencode(course.downloads), b"J\xf6rg_7_assignsubmission_file_")
    os.mkdir(folder)
    for name, text in WHOLE.items():
        with open(os.path.join(folder, name.encode()), "w") as file:
            file.write(text)
    with open(os.path.join(folder, b"\xff\xfe.txt"), "w") as file:
        file.write("x")
    collection = course.collect()
    assert collection.exit_code == 0, collection
    (key,) = course.students
    assert course.submitted(key) == WHOLE
    assert origin_of(course, key).name == "J\\xf6rg"
    assert any("\\xff\\xfe.txt" in note for note in collection.placed[0].notes)


def test_what_is_replaced_is_brought_back_with_its_origin(course: Course) -> None:
    assert hand_in(course, FIRST, NOON) is Outcome.NEW
    first = origin_of(course)
    assert hand_in(course, SECOND, LATER) is Outcome.REPLACED
    second = origin_of(course)
    assert first != second
    kept = course.root / ".vitcourse" / "replaced" / KEY / HOMEWORK.name
    record = json.loads((kept / "1.json").read_text())
    assert Origin.from_json(record["origin"]) == first
    assert record["replaced"]

    undone = Shelf(course.root).undo(KEY)
    assert (undone.student, undone.assignment, undone.replaced) == (
        KEY,
        HOMEWORK,
        record["replaced"],
    )
    assert course.submitted(KEY) == FIRST
    assert course.time(KEY) == utc(*NOON)
    assert origin_of(course) == first
    Shelf(course.root).undo(KEY)
    assert course.submitted(KEY) == SECOND
    assert origin_of(course) == second
    Shelf(course.root).undo(KEY)
    assert course.submitted(KEY) == FIRST


def test_undo_says_which_and_what_is_not_there(course: Course) -> None:
    shelf = Shelf(course.root)
    with pytest.raises(NothingKeptError, match="Nothing has been replaced in this course"):
        shelf.undo("alice")
    hand_in(course, FIRST, NOON)
    hand_in(course, SECOND, LATER)
    for name in ("alice", "..", "", "../..", f"{KEY}/{HOMEWORK.name}/.."):
        with pytest.raises(NothingKeptError, match=KEY):
            shelf.undo(name)
    with pytest.raises(NothingKeptError, match=r"there is, of vit-cifar10"):
        shelf.undo(KEY, LAB)
    hand_in(course, dict.fromkeys(LAB.handed_in, "a"), NOON)
    hand_in(course, dict.fromkeys(LAB.handed_in, "b"), LATER)
    with pytest.raises(NothingKeptError, match=f"--undo {KEY} --assignment lab-attention"):
        shelf.undo(KEY)
    shelf.undo(KEY, LAB)
    assert course.submitted(KEY, LAB.name) == dict.fromkeys(LAB.handed_in, "a")
    assert course.submitted(KEY) == SECOND


def test_undo_where_the_submission_was_removed_by_hand(course: Course) -> None:
    hand_in(course, FIRST, NOON)
    hand_in(course, SECOND, LATER)
    Shelf(course.root).folder(KEY, HOMEWORK).rename(course.root / "elsewhere")
    assert Shelf(course.root).undo(KEY).kept is None
    assert course.submitted(KEY) == FIRST


def test_canvass_uploads_say_which_is_newer(course: Course) -> None:
    def canvas(upload: int, content: dict[str, str]) -> Outcome:
        name = f"doejane_7_{upload}_s.zip"
        # The time of the download says nothing, in either direction.
        time = (2020 + upload % 7, 1, 1, 0, 0, 0)
        path = course.download("c.zip", zipped({name: zipped(content)}, time))
        return course.collect(path).placed[0].outcome

    assert canvas(100, FIRST) is Outcome.NEW
    assert canvas(99, SECOND) is Outcome.OLDER
    assert course.submitted("doejane_7") == FIRST
    assert canvas(104, SECOND) is Outcome.REPLACED
    assert canvas(104, SECOND) is Outcome.UNCHANGED
    assert canvas(100, FIRST) is Outcome.OLDER
    assert course.submitted("doejane_7") == SECOND


def test_where_nothing_says_which_is_newer_a_command_does(course: Course) -> None:
    hand_in(course, FIRST, NOON)
    path = course.download("hw.zip", zipped({f"{MOODLE}/s.zip": zipped(SECOND)}, NOON))
    (refused,) = course.collect(path).not_placed
    assert "--newer" in refused.why
    assert course.submitted(KEY) == FIRST
    assert course.collect(path, newer=True).placed[0].outcome is Outcome.REPLACED
    assert course.submitted(KEY) == SECOND
    older = course.download(
        "hw.zip", zipped({f"{MOODLE}/s.zip": zipped(FIRST)}, (2026, 1, 1, 0, 0, 0))
    )
    assert course.collect(older, newer=True).placed[0].outcome is Outcome.OLDER


def test_a_resubmission_counts_as_it_is_and_what_it_lacks_is_named(course: Course) -> None:
    hand_in(course, WHOLE, NOON)
    less = {name: text for name, text in WHOLE.items() if not name.endswith(".safetensors")}
    path = course.download("hw.zip", zipped({f"{MOODLE}/s.zip": zipped(less)}, LATER))
    (placed,) = course.collect(path).placed
    assert placed.outcome is Outcome.REPLACED
    assert "lacks resnet.safetensors, vit.safetensors, which the earlier one had" in placed.notes
    assert course.submitted(KEY) == less


def test_a_dry_run_writes_nothing_at_all(course: Course) -> None:
    hand_in(course, FIRST, NOON)
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    path = course.download("hw.zip", zipped({f"{MOODLE}/s.zip": zipped(SECOND)}, LATER))
    for options in ({}, {"confirm": True}, {"newer": True}):
        (placed,) = course.collect(path, dry_run=True, **options).placed
        assert placed.outcome is Outcome.REPLACED
    assert {p: p.read_bytes() for p in course.root.rglob("*") if p.is_file()} == before


def test_a_key_that_an_earlier_version_gave_stays_the_persons(course: Course) -> None:
    """It lacks the vowel signs, and nothing else is recorded."""
    key = "न-ह-शर-म_7"
    folder = course.root / "submitted" / key / "vit-cifar10"
    folder.mkdir(parents=True)
    (folder / "ViT.py").write_text("x")
    course.download("7-34 - नेहा शर्मा - May 4, 2026 1200 PM - s.zip", zipped(WHOLE))
    assert course.collect(newer=True).not_placed == []
    assert course.students == [key]
    assert course.submitted(key) == WHOLE
