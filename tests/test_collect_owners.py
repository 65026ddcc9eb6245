"""Whose a hand-in is: decided at the top, and by nothing that a student packs."""

from __future__ import annotations

import unicodedata

import pytest
from downloads import LATER, WHOLE, Content, Course, zipped

BOB = "Bob Smith_8_assignsubmission_file_"
MALLORY = "Mallory May_9_assignsubmission_file_"
FORGED = WHOLE | {"ViT.py": "written by Mallory"}
# Names under which somebody else might be found, were they believed.
FORGERIES = [
    f"{BOB}/submission.zip",
    f"{BOB}submission.zip",
    f"work/{BOB}/submission.zip",
    "smithbob_8_999999_submission.zip",
    "LATE_anon_aB3dE_999_s.zip",
    "HW_bob_attempt_2098-05-04-12-00-00_s.zip",
    "8-34 - Bob Smith - May 4, 2098 1200 PM/s.zip",
    "Bob-Smith_8/s.zip",
    "Homework (File responses)/s - Bob Smith.zip",
]
OWNERS = {
    f"{MALLORY}/submission.zip": "Mallory-May_9",
    f"{MALLORY}submission.zip": "Mallory-May_9",
    "maymallory_9_100_submission.zip": "maymallory_9",
    "HW_mallory_attempt_2026-05-04-12-00-00_s.zip": "student_mallory",
    "9-34 - Mallory May - May 4, 2026 1200 PM/s.zip": "Mallory-May_9",
}


@pytest.mark.parametrize("forged", FORGERIES)
@pytest.mark.parametrize("own", OWNERS)
def test_nobody_hands_in_for_somebody_else(course: Course, own: str, forged: str) -> None:
    course.download(f"{BOB}/s.zip", zipped(WHOLE))
    course.collect()
    evil = zipped({forged: zipped(FORGED, (2098, 1, 1, 0, 0, 0))}, (2098, 1, 1, 0, 0, 0))
    others = {"doejane_7_101_s.zip": zipped(WHOLE)} if "maymallory" in own else {}
    course.download("class.zip", zipped({own: evil, **others}, LATER))
    course.collect(course.downloads / "class.zip")
    assert course.submitted("Bob-Smith_8") == WHOLE
    placed = set(course.students) - {"Bob-Smith_8", "doejane_7"}
    assert placed <= {OWNERS[own]}
    if "attempt" not in own and "9-34" not in own and "maymallory" not in own:
        assert course.time(OWNERS[own]).year == 2026


@pytest.mark.parametrize("forged", FORGERIES)
def test_nor_from_a_download_that_was_unpacked(course: Course, forged: str) -> None:
    course.download(f"dl/{BOB}/s.zip", zipped(WHOLE))
    course.download(f"dl/{MALLORY}/s.zip", zipped({forged: zipped(FORGED)}))
    course.download(f"dl/{MALLORY}/{forged}", zipped(FORGED))
    course.collect()
    assert course.submitted("Bob-Smith_8") == WHOLE
    assert set(course.students) == {"Bob-Smith_8", "Mallory-May_9"}


@pytest.mark.parametrize("forged", FORGERIES)
def test_student_makes_everything_this_students(course: Course, forged: str) -> None:
    path = course.download("s.zip", zipped({forged: zipped(FORGED)}))
    course.collect(path, student="mallory")
    assert course.students == ["mallory"]


def test_student_is_refused_for_several(course: Course) -> None:
    content = {f"{BOB}s.zip": zipped(WHOLE), f"{MALLORY}s.zip": zipped(WHOLE)}
    path = course.download("all.zip", zipped(content))
    for download in (path, course.downloads):
        if download is course.downloads:
            for name, data in content.items():
                course.download(name, data)
        collection = course.collect(download, student="bob")
        assert "several people" in collection.not_placed[0].why
        assert course.students == []


CLASS = {f"{name}_{n}_{100 + n}_s.zip": n for n, name in enumerate(["annlee", "benroe"], start=1)}


@pytest.mark.parametrize(
    "folder", ["hw1_2026_05_04", "hw1_2026_10_12", "HW_1_2026_export", "homework"]
)
@pytest.mark.parametrize("moodle", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_a_folder_of_a_class_is_nobodys(
    course: Course, folder: str, moodle: bool, given: bool
) -> None:
    names = [f"{BOB}/s.zip", f"{MALLORY}/s.zip"] if moodle else list(CLASS)
    for name in names:
        course.download(f"{folder}/{name}", zipped(WHOLE | {"ViT.py": name}))
    collection = course.collect(course.downloads / folder if given else None)
    assert collection.exit_code == 0, collection.not_placed
    students = ["Bob-Smith_8", "Mallory-May_9"] if moodle else ["annlee_1", "benroe_2"]
    assert course.students == students
    assert [course.submitted(each)["ViT.py"] for each in students] == names


def test_class_zips_and_folders_in_each_other(course: Course) -> None:
    inner = zipped({f"{BOB}/s.zip": zipped(WHOLE)})
    course.download("hw1_2026_05_04/moodle.zip", inner)
    course.download("all.zip", zipped({"week 1/moodle.zip": zipped({f"{MALLORY}s.zip": inner})}))
    course.download("week 2/deeper/canvas.zip", zipped({"annlee_1_9_s.zip": zipped(WHOLE)}))
    collection = course.collect()
    assert collection.exit_code == 0
    # What lies in Mallory's zip is hers, whatever it is called.
    assert course.students == ["Bob-Smith_8", "Mallory-May_9", "annlee_1"]


def test_a_dated_zip_of_a_class_is_not_filed_under_its_date(course: Course) -> None:
    course.download("hw1_2026_10_12.zip", zipped({name: zipped(WHOLE) for name in CLASS}))
    collection = course.collect()
    assert course.students == []
    assert "rename it to class.zip" in collection.not_placed[0].why
    assert "--student" not in collection.not_placed[0].why
    (course.downloads / "hw1_2026_10_12.zip").rename(course.downloads / "class.zip")
    assert course.collect().exit_code == 0
    assert course.students == ["annlee_1", "benroe_2"]


def test_an_unpacked_zip_with_others_names_in_it_is_refused_by_name(course: Course) -> None:
    course.download("maymallory_9_100_submission/smithbob_8_999_s.zip", zipped(FORGED))
    course.download("smithbob_8_101_s.zip", zipped(WHOLE))
    collection = course.collect()
    assert course.submitted("smithbob_8") == WHOLE
    assert course.students == ["smithbob_8"]
    assert [each.what for each in collection.not_placed] == ["maymallory_9_100_submission"]


def test_an_unpacked_zip_is_its_owners(course: Course) -> None:
    for name, text in WHOLE.items():
        course.download(f"doejane_7_100_submission/{name}", text)
        course.download(f"roeal_8_101_submission/hw/{name}", text)
    course.download("doejane_7_100_submission/vit_3_128_run.txt", "an experiment")
    assert course.collect().exit_code == 0
    assert course.submitted("doejane_7") == course.submitted("roeal_8") == WHOLE
    assert course.students == ["doejane_7", "roeal_8"]


@pytest.mark.parametrize(
    "content",
    [
        {"alice.zip": zipped(WHOLE), "bob.zip": zipped(WHOLE)},
        {f"{who}/{name}": text for who in ("alice", "bob") for name, text in WHOLE.items()},
        {"a/submission.zip": zipped(WHOLE), "b/submission.zip": zipped(WHOLE)},
    ],
)
def test_advice_for_a_class_never_gives_all_to_one(course: Course, content: Content) -> None:
    course.download("class.zip", zipped(content))
    for name, data in content.items():
        course.download(f"unpacked/{name}", data)
    for path in (course.downloads, course.downloads / "class.zip", course.downloads / "unpacked"):
        collection = course.collect(path)
        assert collection.exit_code == 1
        whys = [each.why for each in collection.not_placed]
        assert any("named by the person's key" in why for why in whys)
        if path.suffix == ".zip":
            assert not any("--student" in why for why in whys)
    assert course.students == []


def test_one_persons_folder_may_be_given_alone(course: Course) -> None:
    for name, text in WHOLE.items():
        course.download(f"mine/{name}", text)
    collection = course.collect(course.downloads / "mine")
    assert "--student NAME" in collection.not_placed[0].why
    assert course.collect(course.downloads / "mine", student="ann").exit_code == 0
    assert course.submitted("ann") == WHOLE


def test_composed_and_decomposed_names_are_one_person(course: Course) -> None:
    code = {name: text for name, text in WHOLE.items() if not name.endswith(".safetensors")}
    weights = {name: text for name, text in WHOLE.items() if name not in code}
    one = "Zoë Müller_7_assignsubmission_file_"
    course.download("a.zip", zipped({f"{unicodedata.normalize('NFC', one)}/a.zip": zipped(code)}))
    course.download(
        "b.zip", zipped({f"{unicodedata.normalize('NFD', one)}/b.zip": zipped(weights)})
    )
    assert course.collect().exit_code == 0
    assert course.submitted("Zoë-Müller_7") == WHOLE


def test_paths_that_lead_elsewhere_name_nobody(course: Course) -> None:
    content = {
        f"{MALLORY}/../{BOB}/s.zip": zipped(FORGED),
        f"../{BOB}/s.zip": zipped(FORGED),
        f"/{BOB}/s.zip": zipped(FORGED),
        f"{BOB}/s.zip": zipped(WHOLE),
    }
    course.download("class.zip", zipped(content))
    collection = course.collect()
    assert course.students == ["Bob-Smith_8"]
    assert course.submitted("Bob-Smith_8") == WHOLE
    assert len(collection.not_placed) == 3
