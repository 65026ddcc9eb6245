"""Which system wrote the names of a download: decided once, not name by name."""

from __future__ import annotations

import pytest
from downloads import WHOLE, Content, Course, zipped

T = "attempt_2026-05-04-12-00-00"
FORGED = {"ViT.py": "written by Mallory"}
RECEIPT = "Name: Mallory May (may)\n"
# A level's honest names and the class's keys; Mallory's name, which looks like another system's,
# and her key.
CANVAS = {"annlee_1_101_s.zip": "annlee_1"}
BLACKBOARD = {f"Homework_ann_{T}_s.zip": "student_ann"}
MOODLE = {"Ann Lee_1_assignsubmission_file_s.zip": "Ann-Lee_1"}
BRIGHTSPACE = {"1-34 - Ann Lee - May 4, 2026 1200 PM - s.zip": "Ann-Lee_1"}
FORM = {"Homework (File responses)/s - Ann Lee.zip": "Ann-Lee"}
LOOKS = (
    f"Homework_ann_{T}_ViT.zip",
    "Ann Lee_1_assignsubmission_file_s.zip",
    "1-34 - Ann Lee - May 4, 2026 1200 PM - s.zip",
    "annlee_1_999_s.zip",
    "s - Ann Lee.zip",
)
MALLORYS = [
    (CANVAS, "maymallory_3_100_{}", "maymallory_3"),
    (BLACKBOARD, f"Homework_may_{T}_{{}}", "student_may"),
    (MOODLE, "Mallory May_3_assignsubmission_file_{}", "Mallory-May_3"),
    (BRIGHTSPACE, "3-34 - Mallory May - May 4, 2026 1200 PM - {}", "Mallory-May_3"),
    (FORM, "Homework (File responses)/{} - Mallory May.zip", "Mallory-May"),
]


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize(("honest", "own", "key"), MALLORYS)
@pytest.mark.parametrize("unpacked", [True, False])
def test_a_name_like_another_systems_changes_nothing(
    course: Course, honest: dict[str, str], own: str, key: str, looks: str, unpacked: bool
) -> None:
    ((name, anns),) = honest.items()
    upload = own.format(looks.removesuffix(".zip") if "responses" in own else looks)
    content = {name: zipped(WHOLE), upload: zipped(WHOLE | FORGED)}
    if unpacked:
        for path, data in content.items():
            course.download(path, data)
    else:
        course.download("class.zip", zipped(content))
    collection = course.collect()
    assert collection.not_placed == []
    assert course.students == sorted([anns, key])
    assert course.submitted(anns) == WHOLE
    assert course.submitted(key) == WHOLE | FORGED


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize(("honest", "own", "key"), MALLORYS)
def test_nor_where_nobody_else_handed_in(
    course: Course, honest: dict[str, str], own: str, key: str, looks: str
) -> None:
    upload = own.format(looks.removesuffix(".zip") if "responses" in own else looks)
    course.download("class.zip", zipped({upload: zipped(WHOLE | FORGED)}))
    course.collect()
    assert course.students == [key]


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        # Canvas's hw_1 with two uploads, or two people of Blackboard's.
        ({f"hw_1_2_{who}_{T}_s.zip": zipped(WHOLE) for who in ("ann", "may")}, 2),
        ({f"hw_1_2_may_{T}_s.zip": zipped(WHOLE), f"hw_1_2_may_{T}.txt": RECEIPT}, 2),
        ({"annlee_1_9_s - Mallory May.zip": zipped(WHOLE)}, 1),
    ],
)
def test_what_nothing_decides_is_refused_by_name(
    course: Course, content: Content, refused: int
) -> None:
    course.download("drive-download-20260504T120000Z-001.zip", zipped(content))
    collection = course.collect()
    assert course.students == []
    assert len(collection.not_placed) == refused
    for each in collection.not_placed:
        assert "which decides whose it is" in each.why
        assert "named by the person's key" in each.why


def test_the_downloads_own_name_decides(course: Course) -> None:
    content = {f"hw_1_2_{who}_{T}_s.zip": zipped(WHOLE) for who in ("ann", "may")}
    course.download("gradebook_CS1_hw.zip", zipped(content))
    assert course.collect().exit_code == 0
    assert course.students == ["student_ann", "student_may"]


def test_systems_side_by_side(course: Course) -> None:
    """In a folder with the unpacked downloads of two systems each name stands by itself."""
    names = [*CANVAS, "Ben Roe_2_assignsubmission_file_s.zip", f"maymallory_3_100_hw_ann_{T}_x.zip"]
    for name in names:
        course.download(name, zipped(WHOLE))
    assert course.collect().exit_code == 0
    assert course.students == ["Ben-Roe_2", "annlee_1", "maymallory_3"]


def test_a_folder_of_moodles_that_holds_a_class_is_nobodys(course: Course) -> None:
    folder = "Anna Smith_2026_05_04_assignsubmission_file_"
    for name in ("Jane Doe_7", "Al Roe_8"):
        course.download(f"{folder}/{name}_assignsubmission_file_/s.zip", zipped(WHOLE))
    collection = course.collect()
    assert course.students == []
    assert [each.what for each in collection.not_placed] == [folder]


@pytest.mark.parametrize("names", [("Ann Lee - submission", "Al Roe - submission"), ("Ann - Lee",)])
def test_who_wrote_a_drive_files_name_is_not_guessed(course: Course, names: tuple[str]) -> None:
    content = {f"Homework/{name}.zip": zipped(WHOLE) for name in names}
    course.download("Homework-20260504T120000Z-001.zip", zipped(content))
    collection = course.collect()
    assert course.students == []
    assert len(collection.not_placed) == len(names)


def test_an_uploaded_file_outside_the_forms_folder(course: Course) -> None:
    content = {"my work - Ann Lee.zip": zipped(WHOLE), "hw_1 - Neha शर्मा.zip": zipped(WHOLE)}
    course.download("drive-download-20260504T120000Z-001.zip", zipped(content))
    assert course.collect().exit_code == 0
    assert course.students == ["Ann-Lee", "Neha-शर्मा"]


HIDDEN = [".ViT.py", ".vitcourse/seed", "__MACOSX/._ViT.py", "x/__pycache__/ViT.pyc", "Thumbs.db"]


@pytest.mark.parametrize("file", [*HIDDEN, "x/y/", "nickname.txt", "notes.txt"])
@pytest.mark.parametrize(
    "own",
    [
        "Mallory May_3_assignsubmission_file_/{}",
        "assignment_4_export/submission_3/{}",
        "3-34 - Mallory May - May 4, 2026 1200 PM/{}",
    ],
)
@pytest.mark.parametrize("zip_in", [True, False])
@pytest.mark.parametrize("unpacked", [True, False])
def test_no_hand_in_vanishes(
    course: Course, own: str, file: str, zip_in: bool, unpacked: bool
) -> None:
    content = {own.format("s.zip"): zipped({file: "x"})} if zip_in else {own.format(file): "x"}
    if "submission_3" in own:
        content["assignment_4_export/submission_metadata.yml"] = METADATA
    if unpacked:
        for path, data in content.items():
            if path.endswith("/"):
                (course.downloads / path).mkdir(parents=True)
            else:
                course.download(path, data)
    else:
        course.download("class.zip", zipped(content))
    collection = course.collect()
    assert course.students == []
    assert collection.exit_code == 1
    (refused,) = collection.not_placed
    assert "Mallory" in refused.what or "submission_3" in refused.what


METADATA = "submission_3:\n  :submitters:\n  - :name: Mallory May\n    :sid: '3'\n"


def test_who_is_in_gradescopes_metadata_alone_is_named(course: Course) -> None:
    other = METADATA.replace("_3", "_4").replace("Mallory May", "Al Roe").replace("'3'", "'4'")
    content = {f"submission_3/{name}": text for name, text in WHOLE.items()}
    content["submission_metadata.yml"] = METADATA + other
    course.download("assignment_4_export.zip", zipped(content))
    collection = course.collect()
    assert course.students == ["Mallory-May_3"]
    (refused,) = collection.not_placed
    assert "Al Roe" in refused.what
    assert "export it again" in refused.why


@pytest.mark.parametrize("file", [*HIDDEN, None])
def test_student_with_hidden_files_alone_is_named(course: Course, file: str | None) -> None:
    if file:
        course.download(file, "x")
    for student in ("mallory", None):
        collection = course.collect(student=student)
        assert collection.exit_code == 1
        assert "only hidden ones" in collection.not_placed[0].why
    assert course.students == []


def test_what_a_system_of_files_leaves_at_the_top_is_not_named(course: Course) -> None:
    content = {"__MACOSX/._x": "x", ".DS_Store": "x", "annlee_1_101_s.zip": zipped(WHOLE)}
    course.download("class.zip", zipped(content))
    assert course.collect().exit_code == 0


def test_student_is_refused_for_a_class_from_drive(course: Course) -> None:
    folder = "Homework (File responses)/Your zip (File responses)"
    content = {f"{folder}/s - {name}.zip": zipped(WHOLE) for name in ("Ann Lee", "Al Roe")}
    path = course.download("Homework-20260504T120000Z-001.zip", zipped(content))
    collection = course.collect(path, student="carol")
    assert "several people" in collection.not_placed[0].why
    assert course.students == []
