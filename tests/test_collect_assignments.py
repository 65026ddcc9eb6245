"""Which assignment a hand-in is: its files say."""

from __future__ import annotations

import json

import pytest
from downloads import LATER, NOTEBOOK, WHOLE, Content, Course, zipped
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK
from autograder.collect.place import Outcome

LABS = {name: each for name, each in ASSIGNMENTS.items() if each.after}
LAB = ASSIGNMENTS["lab-attention"]
OWN = {name: f"lab's {name}" for name in LAB.handed_in}
CODE = dict.fromkeys(HOMEWORK.files, "as it is in the lab")
JANE = "Jane Doe_7_assignsubmission_file_"
KEY = "Jane-Doe_7"


def notebook_of(stage: str) -> str:
    """A notebook with the cell of one stage."""
    cell = new_code_cell("check()", metadata={"nbgrader": {"grade_id": stage, "grade": True}})
    return json.dumps(new_notebook(cells=[new_code_cell("1"), cell]))


def test_a_labs_download_does_not_replace_the_homework(course: Course) -> None:
    course.download("hw.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE)}))
    course.collect()
    path = course.download("lab.zip", zipped({f"{JANE}/s.zip": zipped(OWN | CODE)}, LATER))
    collection = course.collect(path, assignment=HOMEWORK)
    assert collection.exit_code == 1
    assert f"--assignment {LAB.name}" in collection.not_placed[0].why
    assert str(path) in collection.not_placed[0].why
    assert course.submitted(KEY) == WHOLE
    assert course.collect(path, confirm=True).exit_code == 0
    assert course.submitted(KEY, LAB.name) == OWN
    assert course.submitted(KEY) == WHOLE


def test_a_homeworks_download_is_not_collected_as_a_lab(course: Course) -> None:
    course.download("hw.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE)}))
    collection = course.collect(assignment=LAB)
    assert "--assignment vit-cifar10" in collection.not_placed[0].why
    assert course.students == []


@pytest.mark.parametrize("name", LABS)
@pytest.mark.parametrize("kept", ["notebook", "file"])
def test_the_homeworks_files_beside_a_lab_are_no_homework(
    course: Course, name: str, kept: str
) -> None:
    lab = LABS[name]
    one = lab.notebook if kept == "notebook" else lab.files[0]
    course.download("lab.zip", zipped({f"{JANE}/s.zip": zipped(CODE | {one: "x"})}))
    collection = course.collect()
    assert collection.exit_code == 0
    assert not (course.root / "submitted" / KEY / HOMEWORK.name).exists()
    assert course.submitted(KEY, name) == {one: "x"}


def test_a_download_of_several_assignments_is_sorted(course: Course) -> None:
    for lab in LABS.values():
        own = zipped(dict.fromkeys(lab.handed_in, lab.name) | CODE)
        course.download(f"{lab.name}.zip", zipped({"doejane_7_100_s.zip": own}))
    course.download("hw.zip", zipped({"doejane_7_90_s.zip": zipped(WHOLE)}))
    assert course.collect().exit_code == 0
    assert course.submitted("doejane_7") == WHOLE
    for lab in LABS.values():
        assert course.submitted("doejane_7", lab.name) == dict.fromkeys(lab.handed_in, lab.name)


@pytest.mark.parametrize(
    "content", [WHOLE | OWN, {"hw.zip": zipped(WHOLE), "lab.zip": zipped(OWN)}]
)
def test_one_hand_in_of_two_assignments_is_split(course: Course, content: Content) -> None:
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(content)}))
    collection = course.collect()
    assert collection.exit_code == 0
    assert course.submitted(KEY) == WHOLE
    assert course.submitted(KEY, LAB.name) == OWN
    assert [placed.notes for placed in collection.placed] == [(), ()]


def test_of_two_only_the_one_asked_for_is_collected_and_the_other_named(course: Course) -> None:
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE | OWN)}))
    collection = course.collect(assignment=LAB)
    assert collection.exit_code == 1
    assert "--assignment vit-cifar10" in collection.not_placed[0].why
    assert course.submitted(KEY, LAB.name) == OWN
    assert not (course.root / "submitted" / KEY / HOMEWORK.name).exists()


@pytest.mark.parametrize(
    ("name", "stage"), [("lab-findings", "instruments"), ("vit-cifar10", "vit")]
)
def test_a_renamed_notebook_is_known_by_its_cells(course: Course, name: str, stage: str) -> None:
    notebook = notebook_of(stage)
    content = {"my work.ipynb": notebook, **CODE}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(content)}))
    (placed,) = course.collect().placed
    assert placed.assignment.name == name
    assert f"s.zip/my work.ipynb taken as {name}.ipynb" in placed.notes
    assert course.submitted(KEY, name)[f"{name}.ipynb"] == notebook


def test_what_a_notebook_shows_or_says_is_not_what_it_is(course: Course) -> None:
    text = '"grade_id": "instruments"'
    cell = new_code_cell(text, outputs=[new_output("stream", text=text)])
    content = {"mine.ipynb": json.dumps(new_notebook(cells=[cell])), "small_data.py": "x"}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(content)}))
    (placed,) = course.collect().placed
    assert placed.assignment is LAB


def test_a_notebook_of_any_name_alone_says_nothing(course: Course) -> None:
    path = course.download(f"{JANE}s.zip", zipped({"mine.ipynb": "{}"}))
    (refused,) = course.collect(path).not_placed
    assert refused.what == KEY
    assert "--assignment NAME" in refused.why
    collection = course.collect(path, assignment=LAB)
    assert collection.exit_code == 0
    assert course.submitted(KEY, LAB.name) == {"mine.ipynb": "{}"}


def test_the_wrong_zip_among_a_class_is_pointed_out(course: Course) -> None:
    content = {f"P {n}_{n}_assignsubmission_file_/s.zip": zipped(WHOLE) for n in range(10, 14)}
    course.download("hw.zip", zipped(content | {f"{JANE}/s.zip": zipped(OWN)}))
    collection = course.collect()
    assert collection.exit_code == 1
    (stranger,) = collection.strangers
    assert f"{KEY} handed in {LAB.name}, where 4 others handed in vit-cifar10" in stranger


def test_a_lab_again_replaces_the_lab_alone(course: Course) -> None:
    path = course.download(f"{JANE}s.zip", zipped(WHOLE | OWN))
    course.collect(path)
    path = course.download(f"{JANE}s.zip", zipped(OWN | {"small_data.py": "better"}), LATER)
    (placed,) = course.collect(path).placed
    assert (placed.outcome, placed.assignment) == (Outcome.REPLACED, LAB)
    assert course.submitted(KEY) == WHOLE
    assert NOTEBOOK in course.submitted(KEY)


def test_a_later_stub_beside_the_homeworks_notebook_is_no_hand_in_of_its_own(
    course: Course,
) -> None:
    course.download("hw.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE | {"small_data.py": "stub"})}))
    collection = course.collect()
    assert collection.exit_code == 1
    assert [placed.assignment for placed in collection.placed] == [HOMEWORK]
    assert "small_data.py" in " ".join(collection.placed[0].notes)
    assert not (course.root / "submitted" / KEY / LAB.name).exists()
    assert course.collect(assignment=LAB, confirm=True).placed[0].assignment is LAB


def test_a_lab_under_the_homeworks_name_replaces_no_homework(course: Course) -> None:
    course.download("hw.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE)}))
    course.collect()
    lab = {NOTEBOOK: notebook_of(LAB.machine_stages[0]), LAB.files[0]: "lab"}
    path = course.download("lab.zip", zipped({f"{JANE}/s.zip": zipped(lab | CODE)}, LATER))
    assert course.collect(path, confirm=True).exit_code == 0
    assert course.submitted(KEY) == WHOLE
    assert set(course.submitted(KEY, LAB.name)) == set(LAB.handed_in)
