"""Collecting real zips as Moodle and Canvas hand them out."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from downloads import (
    JANE,
    LATER,
    MOODLE,
    NOON,
    NOTEBOOK,
    WHOLE,
    Content,
    Course,
    utc,
    zipped,
)

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK
from autograder.collect.names import without_copy_mark
from autograder.collect.place import Outcome
from autograder.collect.systems import owner_of


@pytest.mark.parametrize(
    ("name", "student", "file", "late"),
    [
        (MOODLE, JANE, "", False),
        (MOODLE.removesuffix("_"), JANE, "", False),
        (f"{MOODLE} (1)", JANE, "", False),
        (f"{MOODLE}submission.zip", JANE, "submission.zip", False),
        ("Zoë de l'Été_7_assignsubmission_file_", "Zoë-de-l-Été_7", "", False),
        ("Participant 55_7_assignsubmission_file_", "Participant-55_7", "", False),
        ("doejane_12345_678910_submission-1.zip", "doejane_12345", "submission-1.zip", False),
        ("doejane_LATE_12345_678910_s_2.zip", "doejane_12345", "s_2.zip", True),
    ],
)
def test_names_tell_whose_it_is(name: str, student: str, file: str, late: bool) -> None:
    owner = owner_of(name)
    assert owner is not None
    assert (owner.student, owner.file, owner.late) == (student, file, late)


@pytest.mark.parametrize("name", ["submission.zip", "vit-cifar10.ipynb", "notes_2026.zip", "a_1_b"])
def test_other_names_tell_nothing(name: str) -> None:
    assert owner_of(name) is None


@pytest.mark.parametrize(
    ("stem", "plain", "copy"),
    [
        ("ViT (1)", "ViT", 1),
        ("ViT-2", "ViT", 2),
        ("ViT - Copy", "ViT", 1),
        ("ViT - Copy (3)", "ViT", 3),
        ("vit-cifar10", "vit-cifar10", 0),
        ("transformer-attention", "transformer-attention", 0),
    ],
)
def test_marks_of_copies(stem: str, plain: str, copy: int) -> None:
    assert without_copy_mark(stem) == (plain, copy)


def test_moodle_zip_of_folders(course: Course) -> None:
    path = course.download(
        "CS1-Homework-77.zip",
        zipped(
            {
                f"{MOODLE}/submission.zip": zipped(WHOLE),
                "Li Wei_9_assignsubmission_file_/submission (1).zip": zipped(WHOLE),
                "Li Wei_9_assignsubmission_onlinetext_/onlinetext.html": "<p>hello</p>",
            },
            LATER,
        ),
    )
    collection = course.collect(path)
    assert collection.exit_code == 0
    assert course.students == [JANE, "Li-Wei_9"]
    assert course.submitted(JANE) == course.submitted("Li-Wei_9") == WHOLE
    assert course.time(JANE) == utc(*LATER)
    assert "text field" in " ".join(collection.placed[1].notes)


def test_moodle_zip_without_folders_and_unpacked(course: Course) -> None:
    course.download("all.zip", zipped({f"{MOODLE}submission.zip": zipped(WHOLE)}))
    course.download("unpacked/Li Wei_9_assignsubmission_file_/s.zip", zipped(WHOLE), LATER)
    for name, text in WHOLE.items():
        course.download(f"unpacked/Ann_4_assignsubmission_file_/{name}", text)
    assert course.collect().exit_code == 0
    assert course.students == ["Ann_4", JANE, "Li-Wei_9"]
    assert course.time("Li-Wei_9") == utc(*LATER)
    assert course.submitted("Ann_4") == WHOLE


def test_a_moodle_folder_by_itself(course: Course) -> None:
    course.download(f"{MOODLE}/submission.zip", zipped(WHOLE))
    assert course.collect(course.downloads / MOODLE).exit_code == 0
    assert course.submitted(JANE) == WHOLE


def test_canvas_zip_with_a_late_one_and_loose_files(course: Course) -> None:
    loose = {
        f"roeann_5_{100 + number}_{name}": text for number, (name, text) in enumerate(WHOLE.items())
    }
    loose["roeann_5_90_ViT-1.py"] = "an older upload"
    content = {"doejane_LATE_12_34_submission-1.zip": zipped(WHOLE), **loose}
    path = course.download("submissions.zip", zipped(content))
    collection = course.collect(path)
    assert collection.exit_code == 0, collection.not_placed
    assert course.submitted("doejane_12") == course.submitted("roeann_5") == WHOLE
    assert "Canvas marks it as late" in collection.placed[0].notes


def test_a_class_zip_whose_name_looks_like_a_student(course: Course) -> None:
    course.download("CS1_2026_11_all.zip", zipped({"doejane_12_34_s.zip": zipped(WHOLE)}))
    assert course.collect().exit_code == 0
    assert course.students == ["doejane_12"]


@pytest.mark.parametrize(
    "content",
    [
        {f"vit-cifar10/{name}": text for name, text in WHOLE.items()},
        {f"a\\b\\{name}": text for name, text in WHOLE.items()},
        {"again.zip": zipped({"submission (1).zip": zipped(WHOLE)})},
        {name.replace(".", " (1)."): text for name, text in WHOLE.items()},
        {name.replace("ViT.py", "vit.py"): text for name, text in WHOLE.items()},
        WHOLE
        | {
            "__MACOSX/._ViT.py": "junk",
            ".ipynb_checkpoints/vit-cifar10-checkpoint.ipynb": "old",
            ".DS_Store": "junk",
            "course/training.py": "given",
            "data/sample.py": "given",
        },
        WHOLE | {"old/ViT.py": "old", "old/utils.py": "old", "ViT (1).py": "copy"},
    ],
    ids=["folder", "backslashes", "zips", "copies", "case", "junk", "older ones"],
)
def test_however_it_is_packed(course: Course, content: Content) -> None:
    course.download(f"{MOODLE}submission.zip", zipped(content))
    assert course.collect().exit_code == 0
    assert course.submitted(JANE) == WHOLE


def test_choices_are_said(course: Course) -> None:
    content = {k: v for k, v in WHOLE.items() if k not in HOMEWORK.weights}
    content |= {"old/utils.py": "old", "weights/vit.safetensors": "w", "a.png": "p"}
    content["ViT (2).py"] = content.pop("ViT.py")
    course.download(f"{MOODLE}submission.zip", zipped(content))
    (placed,) = course.collect().placed
    notes = "\n".join(placed.notes)
    assert "ViT (2).py taken as ViT.py" in notes
    assert "vit.safetensors taken from submission.zip/weights/vit.safetensors" in notes
    assert "without resnet.safetensors" in notes
    assert "left out 2 other file(s): submission.zip/a.png, submission.zip/old/utils.py" in notes
    assert course.submitted(JANE)["utils.py"] == WHOLE["utils.py"]


def test_of_a_labs_whole_folder_the_labs_own_files_are_taken(course: Course) -> None:
    lab = ASSIGNMENTS["lab-attention"]
    own = {name: f"content of {name}" for name in lab.handed_in}
    given = {"labs/study.py": "g", "course/run.py": "g", "README.md": "g"}
    homework = dict.fromkeys(HOMEWORK.files, "mine")
    renamed = {"small-data (1).py": own["small_data.py"], lab.notebook: own[lab.notebook]}
    course.download(f"{MOODLE}s.zip", zipped({**renamed, **given, **homework}))
    (placed,) = course.collect(assignment=lab).placed
    assert placed.notes == ("s.zip/small-data (1).py taken as small_data.py",)
    assert course.submitted(JANE, lab.name) == own


def test_a_renamed_notebook_keeps_its_name_for_the_grader(course: Course) -> None:
    content = dict(WHOLE)
    content["homework jane.ipynb"] = content.pop(NOTEBOOK)
    course.download(f"{MOODLE}s.zip", zipped(content))
    (placed,) = course.collect().placed
    assert set(course.submitted(JANE)) == set(content)
    assert f"without {NOTEBOOK}" in placed.notes


def test_the_latest_of_several_attempts_counts(course: Course) -> None:
    later = WHOLE | {"ViT.py": "second attempt"}
    course.download(
        "all.zip",
        zipped({f"{MOODLE}/submission.zip": zipped(later)}, LATER),
    )
    course.download("first.zip", zipped({f"{MOODLE}/submission.zip": zipped(WHOLE)}, NOON))
    course.download("c.zip", zipped({"doe_1_50_s-1.zip": zipped(later), "doe_1_49_s.zip": b"x"}))
    collection = course.collect()
    assert collection.exit_code == 0, collection.not_placed
    assert course.submitted(JANE) == course.submitted("doe_1") == later
    assert "2 attempts, of which all.zip!" in collection.placed[0].notes[0]


def test_a_newer_file_beside_the_zip_is_taken(course: Course) -> None:
    course.download(f"{MOODLE}/submission.zip", zipped(WHOLE), NOON)
    course.download(f"{MOODLE}/{NOTEBOOK}", "saved at last", LATER)
    course.download(f"{MOODLE}/utils.py", "old", (2026, 5, 4, 9, 0, 0))
    (placed,) = course.collect().placed
    assert course.submitted(JANE) == WHOLE | {NOTEBOOK: "saved at last"}
    assert course.time(JANE) == utc(*LATER)
    assert "beside the zip" in placed.notes[0]


def test_again_changes_nothing_and_newer_ones_replace(course: Course) -> None:
    course.download(f"{MOODLE}s.zip", zipped(WHOLE), NOON)
    assert course.collect().placed[0].outcome is Outcome.NEW
    before = course.time(JANE)
    assert course.collect().placed[0].outcome is Outcome.UNCHANGED
    shutil.rmtree(course.downloads)

    newer = WHOLE | {"ViT.py": "better"}
    course.download(f"{MOODLE}s.zip", zipped(newer), LATER)
    (placed,) = course.collect(dry_run=True).placed
    assert placed.outcome is Outcome.REPLACED
    assert course.submitted(JANE) == WHOLE
    (placed,) = course.collect().placed
    assert placed.outcome is Outcome.REPLACED
    assert course.submitted(JANE) == newer
    assert course.time(JANE) > before
    kept = course.root / ".vitcourse" / "replaced" / JANE / HOMEWORK.name / "1"
    assert (kept / "ViT.py").read_text() == WHOLE["ViT.py"]

    course.download(f"{MOODLE}s.zip", zipped(WHOLE), NOON)
    collection = course.collect()
    assert collection.placed[0].outcome is Outcome.OLDER
    assert collection.exit_code == 0
    assert course.submitted(JANE) == newer


def test_what_cannot_be_said_to_be_newer_replaces_nothing(course: Course) -> None:
    course.download(f"{MOODLE}s.zip", zipped(WHOLE))
    course.collect()
    course.download(f"{MOODLE}s.zip", zipped(WHOLE | {"ViT.py": "other"}))
    collection = course.collect()
    assert collection.exit_code == 1
    assert "which is the newer one" in collection.not_placed[0].why
    assert course.submitted(JANE) == WHOLE


def test_a_dry_run_writes_nothing(course: Course) -> None:
    course.download(f"{MOODLE}s.zip", zipped(WHOLE))
    assert course.collect(dry_run=True).placed[0].outcome is Outcome.NEW
    assert list(course.root.iterdir()) == []


def test_one_zip_for_a_named_student(course: Course) -> None:
    path = course.download("submission.zip", zipped(WHOLE))
    collection = course.collect(path)
    assert collection.exit_code == 1
    assert "--student NAME" in collection.not_placed[0].why
    assert course.collect(path, student="alice").exit_code == 0
    assert course.submitted("alice") == WHOLE


def test_what_is_nobodys_is_named(course: Course) -> None:
    course.download("grades.csv", "x")
    course.download("all.zip", zipped({"readme.txt": "x", f"{MOODLE}s.zip": zipped(WHOLE)}))
    course.download("broken.zip", b"x")
    course.download("Bob_3_assignsubmission_onlinetext_/onlinetext.html", "<p>hello</p>")
    collection = course.collect()
    assert sorted(item.what for item in collection.not_placed) == [
        "Bob_3",
        "all.zip!readme.txt",
        "broken.zip",
        "grades.csv",
    ]
    assert course.students == [JANE]


def test_two_people_of_one_name_are_kept_apart(course: Course) -> None:
    course.download("Jane Doe_1_assignsubmission_file_s.zip", zipped(WHOLE))
    course.download("Jane.Doe_2_assignsubmission_file_s.zip", zipped(WHOLE))
    course.download("A B_3_assignsubmission_file_s.zip", zipped(WHOLE))
    course.download("A-B_3_assignsubmission_file_s.zip", zipped(WHOLE | {"ViT.py": "other"}))
    collection = course.collect()
    assert course.students == ["Jane-Doe_1", "Jane.Doe_2"]
    assert "several people: A B, A-B" in collection.not_placed[0].why


def test_a_zip_that_knows_universal_time(course: Course) -> None:
    buffer = io.BytesIO()
    moment = datetime(2026, 5, 4, 10, 0, 1, tzinfo=UTC)
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo(f"{MOODLE}/submission.zip", LATER)
        member.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(moment.timestamp()))
        archive.writestr(member, zipped(WHOLE))
    course.download("all.zip", buffer.getvalue())
    course.collect()
    assert course.time(JANE) == moment
