"""The learning platforms: what their names say, and a download of each collected."""

from __future__ import annotations

import pytest
from downloads import JANE, LATER, NOON, WHOLE, Course, utc, zipped

from autograder.collect.systems import owner_of
from autograder.collect.systems.owner import Kind
from autograder.records.records import Records

T = "2026-05-04-12-00-00"


@pytest.mark.parametrize(
    ("name", "system", "person", "number", "file"),
    [
        ("Jane Doe_7_assignsubmission_file_", "moodle", "Jane Doe", "7", ""),
        ("Jane Doe_7_assignsubmission_file", "moodle", "Jane Doe", "7", ""),
        ("jdoe Jane D_7_assignsubmission_file_a_1.zip", "moodle", "jdoe Jane D", "7", "a_1.zip"),
        ("Participant_55_assignsubmission_file_", "moodle", "Participant", "55", ""),
        ("Teilnehmer/in 3_55_assignsubmission_file_", "moodle", "Teilnehmer/in 3", "55", ""),
        ("Team Rot_12_assignsubmission_file_x.zip", "moodle", "Team Rot", "12", "x.zip"),
        ("Default group_assignsubmission_file_", "moodle", "Default group", "", ""),
        ("Bob_3_assignsubmission_file_Al_9_assignsubmission_file_x", "moodle", "Bob", "3",
         "Al_9_assignsubmission_file_x"),
        ("doejane_7_100_s.zip", "canvas", "doejane", "7", "s.zip"),
        ("de_la_cruz_7_100_5_6_s.zip", "canvas", "de_la_cruz", "7", "5_6_s.zip"),
        ("doejane_LATE_7_100_s.zip", "canvas", "doejane", "7", "s.zip"),
        ("李伟_7_100_s.zip", "canvas", "李伟", "7", "s.zip"),
        ("दीपक_7_100_s.zip", "canvas", "दीपक", "7", "s.zip"),
        ("anon_aB3dE_100_s.zip", "canvas", "anon", "aB3dE", "s.zip"),
        ("LATE_anon_aB3dE_100_s.zip", "canvas", "anon", "aB3dE", "s.zip"),
        (f"Homework_jdoe12_attempt_{T}_s.zip", "blackboard", "", "jdoe12", "s.zip"),
        (f"HW_1_(x)_jdoe12_attempt_{T}_a_attempt_{T}_b.py", "blackboard", "", "jdoe12",
         f"a_attempt_{T}_b.py"),
        ("12-34 - Jane Doe - May 4, 2026 1200 PM", "brightspace", "Jane Doe", "12", ""),
        ("12-34 - Al - B Roe - May 14, 2026 101 PM - s.zip", "brightspace", "Al - B Roe", "12",
         "s.zip"),
        ("12-34 - Jane Doe - 4 mai, 2026 1312", "brightspace", "Jane Doe", "12", ""),
    ],
)  # fmt: skip
def test_names(name: str, system: str, person: str, number: str, file: str) -> None:
    owner = owner_of(name)
    assert owner is not None
    assert (owner.system, owner.name, owner.number, owner.file) == (system, person, number, file)
    assert owner.late == ("LATE" in name)
    assert owner.kind is Kind.FILE


@pytest.mark.parametrize(
    "name",
    [
        "hw1_2026_05_04", "CS1_2026_11_all.zip", "Doe_7_100_s.zip", "jane doe_7_100_s.zip",
        "doejane_07_100_s.zip", "doejane_7_0100_s.zip", "submission_7.zip", "a-b_7_100_s.zip",
        "Homework_jdoe_attempt_2026-13-04-12-00-00_s.zip", "12-34 - Jane Doe", "",
        "x" * 5000 + "_7_100_s.zip",
    ],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert owner_of(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Jane Doe_7_assignsubmission_onlinetext_", Kind.TEXT),
        ("Jane Doe_7_assignsubmission_onlinetext_onlinetext.html", Kind.TEXT),
        ("doejane_7_text.html", Kind.TEXT),
        ("doejane_LATE_7_link.html", Kind.TEXT),
        ("anon_aB3dE_text.html", Kind.TEXT),
        (f"Homework_jdoe12_attempt_{T}.txt", Kind.RECEIPT),
    ],
)
def test_what_is_no_file_of_a_student(name: str, kind: Kind) -> None:
    owner = owner_of(name)
    assert owner is not None
    assert owner.kind is kind


def test_moodle_with_subfolders_and_typed_text(course: Course) -> None:
    entry = "Jane Doe_7_assignsubmission_file"
    content = {f"{entry}/mine/{name}": text for name, text in WHOLE.items()}
    content["Jane Doe_7_assignsubmission_onlinetext/onlinetext.html"] = "<p>x</p>"
    course.download("all.zip", zipped(content, LATER))
    collection = course.collect()
    assert collection.exit_code == 0
    assert course.submitted("Jane-Doe_7") == WHOLE
    assert course.time("Jane-Doe_7") == utc(*LATER)
    assert "typed into the text field, too; that is not taken" in collection.placed[0].notes


def test_canvas_gives_no_times_and_the_report_says_so_once(course: Course) -> None:
    content = {
        "doejane_LATE_7_100_s.zip": zipped(WHOLE),
        "roe_al_8_101_s.zip": zipped(WHOLE),
        "anon_aB3dE_102_s.zip": zipped(WHOLE),
        "roe_al_8_text.html": "hello",
    }
    course.download("submissions.zip", zipped(content, LATER))
    collection = course.collect()
    assert collection.exit_code == 0
    assert course.students == ["anon_aB3dE", "doejane_7", "roe_al_8"]
    assert list(course.root.glob("submitted/*/*/timestamp.txt")) == []
    assert [placed.time for placed in collection.placed] == [None] * 3
    assert collection.notes == ["Canvas's zip holds no hand-in times; only its LATE mark counts."]
    assert [placed.student for placed in collection.placed if placed.late] == ["doejane_7"]


RECEIPT = f"""Name: Jane Doe (j_doe)
Assignment: Home_work
Date Submitted: Monday, May 4, 2026 12:00:00 PM CEST

Submission Field:
There is no student submission text data for this assignment.

Files:
    Original filename: submission.zip
    Filename: Home_work_j_doe_attempt_{T}_submission.zip
"""


def test_blackboard_with_underscores_and_two_attempts(course: Course) -> None:
    later = "2026-05-05-09-30-00"
    content = {
        f"Home_work_j_doe_attempt_{T}_submission.zip": zipped(WHOLE | {"ViT.py": "first"}),
        f"Home_work_j_doe_attempt_{T}.txt": RECEIPT,
        f"Home_work_j_doe_attempt_{later}_submission.zip": zipped(WHOLE),
        f"Home_work_j_doe_attempt_{later}.txt": RECEIPT,
        f"Home_work_al_attempt_{T}.txt": "Name: Al Roe (al)\nSubmission Field:\nmy text\n",
    }
    course.download("gradebook_DL_Home_work_2026-05-06.zip", zipped(content))
    collection = course.collect()
    assert course.students == ["Jane-Doe_j_doe"]
    assert course.submitted("Jane-Doe_j_doe") == WHOLE
    assert course.time("Jane-Doe_j_doe") == utc(2026, 5, 5, 9, 30, 0)
    assert [(each.what, "text field" in each.why) for each in collection.not_placed] == [
        ("Al-Roe_al", True)
    ]


def test_a_receipt_does_not_make_somebody_else(course: Course) -> None:
    course.download(f"HW_bob_attempt_{T}_s.zip", zipped(WHOLE))
    course.download(f"HW_bob_attempt_{T}.txt", "Name: Al Roe (al)\n")
    course.collect()
    origin = Records(course.root).read("origin", course.students[0], "vit-cifar10")
    assert origin is not None
    assert origin["number"] == "bob"


def test_brightspace_folders_flat_and_two_submissions(course: Course) -> None:
    content = {
        "12-34 - Jane Doe - May 4, 2026 1200 PM/s.zip": zipped(WHOLE | {"ViT.py": "first"}),
        "12-34 - Jane Doe - May 4, 2026 130 PM/s.zip": zipped(WHOLE),
        "13-34 - Al Roe - May 4, 2026 1201 AM - s.zip": zipped(WHOLE),
        "index.html": "<p>",
    }
    course.download("Homework Download May 4, 2026.zip", zipped(content))
    collection = course.collect()
    assert collection.exit_code == 0, collection.not_placed
    assert course.submitted("Jane-Doe_12") == course.submitted("Al-Roe_13") == WHOLE
    assert course.time("Jane-Doe_12") == utc(2026, 5, 4, 13, 30, 0)
    assert course.time("Al-Roe_13") == utc(2026, 5, 4, 0, 1, 0)


METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '007'
    :email: jane@example.org
  :created_at: 2026-05-04 12:00:00.123456789 Z
submission_12:
  :submitters:
  - :name: Al Roe
    :sid: 8
    :email: al@example.org
  - :name: Bo Li
    :sid: 9
    :email: bo@example.org
  :created_at: 2026-05-04 14:00:00 +02:00
  :results: !ruby/object:Anything
    score: 1
"""


def test_gradescope_with_a_group(course: Course) -> None:
    top = "assignment_5_export"
    content: dict[str, str | bytes] = {f"{top}/submission_metadata.yml": METADATA}
    for number in (11, 12, 13):
        content |= {f"{top}/submission_{number}/{n}": text for n, text in WHOLE.items()}
    course.download("export.zip", zipped(content, LATER))
    collection = course.collect()
    assert course.students == ["Al-Roe_8", "Bo-Li_9", "Jane-Doe_007"]
    assert course.submitted("Bo-Li_9") == WHOLE
    assert course.time("Jane-Doe_007").hour == course.time("Al-Roe_8").hour == 12
    assert "handed in by a group: Al Roe, Bo Li" in collection.placed[0].notes
    (unknown,) = collection.not_placed
    assert unknown.what.endswith("submission_13")
    assert "does not say whose it is" in unknown.why
    origin = Records(course.root).read("origin", "Jane-Doe_007", "vit-cifar10")
    assert origin is not None
    assert origin["email"] == "jane@example.org"


@pytest.mark.parametrize("metadata", [None, "a: [", "- 1", "submission_11: 3"])
def test_gradescope_without_metadata_is_refused(course: Course, metadata: str | None) -> None:
    content = {f"submission_{n}/{name}": t for n in (11, 12) for name, t in WHOLE.items()}
    if metadata is not None:
        content["submission_metadata.yml"] = metadata
    course.download("assignment_5_export.zip", zipped(content))
    collection = course.collect()
    assert course.students == []
    assert collection.exit_code == 1
    for each in collection.not_placed:
        assert "folder named by the person's key" in each.why
        assert "--student" not in each.why


def test_drive_in_parts_with_uploads_of_a_form(course: Course) -> None:
    folder = "Homework (File responses)/Your zip"
    code = {name: text for name, text in WHOLE.items() if not name.endswith(".safetensors")}
    weights = {name: text for name, text in WHOLE.items() if name not in code}
    first = {f"{folder}/code - Jane Doe.zip": zipped(code), f"{folder}/notes.txt": "x"}
    second = {f"{folder}/weights - Jane Doe.zip": zipped(weights)}
    course.download("Homework-20260504T120000Z-001.zip", zipped(first))
    course.download("Homework-20260504T120000Z-002.zip", zipped(second))
    collection = course.collect()
    assert course.submitted("Jane-Doe") == WHOLE
    assert ["Google Form" in each.why for each in collection.not_placed] == [True]


def test_drive_without_names_is_refused(course: Course) -> None:
    content = {"Homework/submission.zip": zipped(WHOLE), "Homework/ViT - Copy.py": "x"}
    course.download("Homework-20260504T120000Z-001.zip", zipped(content))
    collection = course.collect()
    assert course.students == []
    assert collection.exit_code == 1
    assert all("--student" not in each.why for each in collection.not_placed)


def test_folders_named_by_key(course: Course) -> None:
    course.download("Jane Doe_123456_assignsubmission_file_s.zip", zipped(WHOLE), NOON)
    course.collect()
    for name, text in (WHOLE | {"ViT.py": "better"}).items():
        course.download(f"by hand/{JANE}/{name}", text, LATER)
    course.download("by hand/nobody-known/ViT.py", "x")
    collection = course.collect(course.downloads / "by hand")
    assert course.submitted(JANE)["ViT.py"] == "better"
    assert "the time is the file's on this computer" in collection.placed[0].notes
    assert [each.what for each in collection.not_placed] == ["nobody-known"]
