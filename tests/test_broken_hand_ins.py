"""Broken hand-ins: how they are packed and named, and what of them is graded.

The kinds are data, in `broken/handed_in.py`. Not repeated here: zips as Moodle and Canvas make
them, `__MACOSX`, `.DS_Store`, copies and older folders (`test_collect.py`); passwords, damage,
links and bombs (`test_collect_hostile.py`); which of several notebooks is taken and what is none
(`test_bridge_reading.py`); what the gradebook then says (`test_bridge_commands.py`); weights that
are damaged or of another model (`test_grader.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from broken.handed_in import HAND_INS, HandIn
from downloads import JANE, MOODLE, Course
from safetensors.torch import save_file

from autograder.bridge.submission import inspect
from autograder.checking.assignments import HOMEWORK
from autograder.checking.weights.configuration import WeightsError
from autograder.checking.weights.reading import read_header


def test_hand_ins_are_told_apart_by_name() -> None:
    assert len({hand_in.name for hand_in in HAND_INS}) == len(HAND_INS)


@pytest.mark.parametrize("hand_in", [pytest.param(each, id=each.name) for each in HAND_INS])
def test_what_can_be_taken_is_taken_and_the_rest_is_named(course: Course, hand_in: HandIn) -> None:
    for name, content in hand_in.uploaded.items():
        course.download(f"{MOODLE}/{name}", content)
    collection = course.collect()
    told = "\n".join(
        [*(note for placed in collection.placed for note in placed.notes)]
        + [f"{each.what}: {each.why}" for each in collection.not_placed]
    )
    assert [words for words in hand_in.words if words not in told] == [], told
    folder = course.root / "submitted" / JANE / "vit-cifar10"
    assert {p.name for p in folder.glob("*")} - {"timestamp.txt"} == hand_in.taken
    assert collection.exit_code == int(hand_in.attention or not hand_in.taken)
    if hand_in.taken:
        assert inspect(folder, HOMEWORK).problem is hand_in.problem
    else:
        assert JANE in told


def pickled(path: Path) -> None:
    """Weights as `torch.save` writes them, renamed."""
    torch.save({"weight": torch.ones(2)}, path)


def bare(path: Path) -> None:
    """Weights saved without what `handin.save_weights` adds."""
    save_file({"weight": torch.ones(2)}, path)


def pointer(path: Path) -> None:
    """What git's large file storage keeps in the place of a file."""
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 123456\n")


def empty(path: Path) -> None:
    """Nothing: the disk was full."""
    path.touch()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pickled, "was written by torch.save"),
        (bare, "was not written by handin.save_weights"),
        (pointer, "is not there itself, only git's note of where it lies"),
        (empty, "is empty"),
    ],
)
def test_weights_that_were_saved_otherwise_are_told_how(tmp_path: Path, make, words: str) -> None:
    path = tmp_path / "vit.safetensors"
    make(path)
    with pytest.raises(WeightsError) as refused:
        read_header(path, "vit")
    assert str(refused.value).startswith(f"vit.safetensors {words}")
    assert "Try: " in str(refused.value)
