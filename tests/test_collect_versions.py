"""One attempt in several files, several attempts, and files whose names changed on their way."""

from __future__ import annotations

import unicodedata

import pytest
from downloads import LATER, NOTEBOOK, WHOLE, Course, zipped

from autograder.checking.assignments import HOMEWORK
from autograder.collect.names import kept_name, meant_by

JANE = "Jane Doe_7_assignsubmission_file_"
KEY = "Jane-Doe_7"
WEIGHTS = {name: WHOLE[name] for name in HOMEWORK.weights}
CODE = {name: text for name, text in WHOLE.items() if name not in WEIGHTS}
MARKS = [
    "Copy of {}", "Copy of Copy of {}", "Kopie von {}", "Copie de {}", "Copia di {}", " {}", "{} ",
    "{} (1)", "{}.", "{}.txt",
]  # fmt: skip
STEM_MARKS = ["{} (1)", "{} (1) (1)", "{}-1", "{} - Copy", "{} - Copy (2)", "{} copy", "{} - Kopie"]


def spelled(name: str) -> list[str]:
    stem, dot, ending = name.rpartition(".")
    names = [mark.format(name) for mark in MARKS]
    names += [mark.format(stem) + dot + ending for mark in STEM_MARKS]
    names += [name.lower(), name.upper(), name.replace("-", "_"), name.replace("-", " ")]
    return [*names, unicodedata.normalize("NFD", name), f"{stem} .{ending}"]


@pytest.mark.parametrize("name", WHOLE)
def test_every_file_is_known_however_it_is_spelled(name: str) -> None:
    for other in spelled(name):
        found = meant_by(other, HOMEWORK.handed_in)
        assert found is not None, other
        assert found[0] == name, other


@pytest.mark.parametrize(
    "name", ["my_ViT.py", "ViT2.py", "utils_old.py", "notes.txt", "ViT", "x" * 10**6 + ".py", ""]
)
def test_other_files_are_not(name: str) -> None:
    assert meant_by(name, HOMEWORK.handed_in) is None


@pytest.mark.parametrize("mark", range(len(spelled("a.b"))))
def test_a_whole_hand_in_of_one_spelling(course: Course, mark: int) -> None:
    content = {spelled(name)[mark]: text for name, text in WHOLE.items()}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(content)}))
    collection = course.collect()
    assert collection.exit_code == 0, collection
    assert course.submitted(KEY) == WHOLE


@pytest.mark.parametrize("canvas", [True, False])
@pytest.mark.parametrize("on_disk", [True, False])
def test_two_zips_of_one_attempt_are_put_together(
    course: Course, canvas: bool, on_disk: bool
) -> None:
    parts = {"code.zip": zipped(CODE), "weights.zip": zipped(WEIGHTS)}
    if canvas:
        parts = {f"doejane_7_{n}_{name}": data for n, (name, data) in enumerate(parts.items(), 100)}
    else:
        parts = {f"{JANE}/{name}": data for name, data in parts.items()}
    if on_disk:
        for name, data in parts.items():
            course.download(name, data)
    else:
        course.download("m.zip", zipped(parts))
    collection = course.collect()
    assert collection.exit_code == 0
    key = "doejane_7" if canvas else KEY
    assert course.submitted(key) == WHOLE
    assert any(
        note.startswith("put together from 2 files: ") for note in collection.placed[0].notes
    )


def test_of_two_versions_in_one_zip_the_newer_counts_whatever_its_name(course: Course) -> None:
    from io import BytesIO
    from zipfile import ZipFile, ZipInfo

    for number, (old, new) in enumerate(
        [("ViT.py", "ViT (1).py"), ("ViT (1).py", "ViT.py"), ("vit.py", "Copy of ViT.py")]
    ):
        buffer = BytesIO()
        with ZipFile(buffer, "w") as archive:
            for name, text in WHOLE.items():
                if name != "ViT.py":
                    archive.writestr(ZipInfo(name, LATER), text)
            archive.writestr(ZipInfo(new, LATER), "new")
            archive.writestr(ZipInfo(old, (2026, 5, 4, 9, 0, 0)), "old")
        course.download(f"P_{number}_assignsubmission_file_s.zip", buffer.getvalue())
        placed = course.collect().placed[number]
        assert course.submitted(f"P_{number}")["ViT.py"] == "new"
        assert any(f"s.zip/{new}" in n and f", not s.zip/{old}" in n for n in placed.notes)


def test_loose_files_again_with_canvass_mark(course: Course) -> None:
    old = {f"doejane_7_{n}_{name}": f"old {name}" for n, name in enumerate(WHOLE, 100)}
    names = [f"{name.rpartition('.')[0]}-1.{name.rpartition('.')[2]}" for name in WHOLE]
    new = {
        f"doejane_7_{n}_{name}": text
        for n, (name, text) in enumerate(zip(names, WHOLE.values(), strict=True), 200)
    }
    course.download("b.zip", zipped(old))
    course.download("a.zip", zipped(new))
    (placed,) = course.collect().placed
    assert course.submitted("doejane_7") == WHOLE
    assert any(
        "ViT-1.py taken as ViT.py, not b.zip!doejane_7_102_ViT.py" in n for n in placed.notes
    )


def test_identical_copies_are_no_conflict(course: Course) -> None:
    copies = {f"Copy of {name}": text for name, text in WHOLE.items()}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE | copies)}))
    collection = course.collect()
    assert collection.exit_code == 0
    assert not any(", not " in note for note in collection.placed[0].notes)
    assert course.submitted(KEY) == WHOLE


def test_a_later_zip_that_lacks_files_is_completed_from_the_earlier_one(course: Course) -> None:
    content = {
        "doejane_7_100_s.zip": zipped(WHOLE),
        "doejane_7_101_s-1.zip": zipped({"ViT.py": "better", NOTEBOOK: "better"}),
    }
    course.download("m.zip", zipped(content))
    (placed,) = course.collect().placed
    assert course.submitted("doejane_7") == WHOLE | {"ViT.py": "better", NOTEBOOK: "better"}
    assert "2 attempts, of which m.zip!doejane_7_101_s-1.zip is the newest" in placed.notes
    assert any(
        "ViT.py" in n and ", not m.zip!doejane_7_100_s.zip!ViT.py" in n for n in placed.notes
    )


def test_a_damaged_zip_beside_a_newer_whole_one_is_said(course: Course) -> None:
    course.download("c.zip", zipped({"doe_1_50_s-1.zip": zipped(WHOLE), "doe_1_49_s.zip": b"x"}))
    (placed,) = course.collect().placed
    assert course.submitted("doe_1") == WHOLE
    assert any("s.zip" in note and "a newer one is taken" in note for note in placed.notes)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"doe_1_50_s.zip": zipped(WHOLE), "doe_1_51_t.zip": b"x"}, "t.zip is no zip"),
        ({"doe_1_50_s.zip": zipped(CODE), "doe_1_49_w.zip": b"x"}, "w.zip is no zip"),
    ],
)
def test_a_damaged_zip_that_may_matter_is_refused(course: Course, content, why: str) -> None:
    course.download("c.zip", zipped(content))
    (refused,) = course.collect().not_placed
    assert why in refused.why
    assert "1 more of this student" in refused.why
    assert course.students == []


def test_code_left_out_is_always_named_and_needs_attention(course: Course) -> None:
    extra = {f"helper_{n}.py": "x" for n in range(9)} | {"scratch.ipynb": "{}"}
    given = {"course/training.py": "x", "labs/study.py": "x", "conftest.py": "x"}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(WHOLE | extra | given)}))
    collection = course.collect()
    assert collection.exit_code == 1
    assert collection.placed[0].code_left_out
    (note,) = [each for each in collection.placed[0].notes if each.startswith("CODE left out")]
    assert all(name in note for name in extra)
    assert "training.py" not in note
    assert course.submitted(KEY) == WHOLE


def test_a_very_long_notebook_name_is_shortened(course: Course) -> None:
    content = {f"{'ü' * 300}.ipynb" if name == NOTEBOOK else name: t for name, t in WHOLE.items()}
    course.download("all.zip", zipped({f"{JANE}/s.zip": zipped(content)}))
    (placed,) = course.collect().placed
    (kept,) = [name for name in course.submitted(KEY) if name.endswith(".ipynb")]
    assert kept == f"{'ü' * 60}.ipynb"
    assert any(kept in note for note in placed.notes)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("mine.ipynb", "mine.ipynb"),
        ("\x1b[2J.ipynb", "2J.ipynb"),
        (".ipynb", "ipynb.ipynb"),
        ("…\u202e.IPYNB", "notebook.ipynb"),
        ("taken.ipynb", "taken 2.ipynb"),
    ],
)
def test_names_of_notebooks_that_are_kept(name: str, kept: str) -> None:
    assert kept_name(name, {"taken.ipynb"}) == kept
