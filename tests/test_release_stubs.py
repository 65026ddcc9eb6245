"""Stubs: what the marks leave, what they refuse, and that the committed stubs are current."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import places
from autograder.checking.assignments import STUDENT_FILES
from autograder.release import stubs

CONSTRUCT = """
import importlib, torch
import utils, ViT
attention = importlib.import_module("transformer-attention")
student = importlib.import_module("transformer-student")
attention.SelfAttention(8, 4)
student.EncoderBlock(8, 16, 2)
model = ViT.ViT(32, 4, 3, 10, 16, 32, 2, 2)
calls = {
    "data: split_indices": lambda: utils.split_indices(10, 0.1, 0),
    "patching: images_to_patches": lambda: ViT.images_to_patches(torch.zeros(1, 3, 8, 8), 4),
    "attention: MultiHeadSelfAttention.forward":
        lambda: attention.MultiHeadSelfAttention(8, 2)(torch.zeros(1, 2, 8)),
    "encoder: MLP.forward": lambda: student.MLP(8, 16)(torch.zeros(1, 2, 8)),
    "vit: ViT.forward": lambda: model(torch.zeros(1, 3, 32, 32)),
}
for words, call in calls.items():
    try:
        call()
    except NotImplementedError as error:
        assert str(error) == f"stage {words} is yours to write", error
    else:
        raise AssertionError(words)
"""


def test_committed_stubs_are_what_the_solutions_give() -> None:
    assert stubs.outdated(places.SOLUTIONS, places.ASSIGNMENT) == []


def test_check_names_a_stub_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in STUDENT_FILES:
        shutil.copy(places.ASSIGNMENT / name, tmp_path)
    with (tmp_path / "utils.py").open("a", encoding="utf-8") as file:
        file.write("# edited by hand\n")
    (tmp_path / "ViT.py").unlink()
    monkeypatch.setattr(stubs, "ASSIGNMENT", tmp_path)

    assert stubs.main(["--check"]) == 1
    errors = capsys.readouterr().err
    assert "utils.py" in errors
    assert "ViT.py" in errors
    assert "transformer" not in errors

    assert stubs.main(["--write"]) == 0
    assert stubs.main(["--check"]) == 0


def test_stubs_import_construct_and_name_their_stage() -> None:
    subprocess.run([sys.executable, "-c", CONSTRUCT], cwd=places.ASSIGNMENT, check=True)


def test_stubs_are_formatted() -> None:
    pytest.importorskip("ruff")
    files = [places.ASSIGNMENT / name for name in STUDENT_FILES]
    for command in (["format", "--check"], ["check"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *files], check=True)


def test_helpers_vanish_without_a_trace() -> None:
    solution = '''"""Given."""


# stage: data
def outer(x: int) -> int:
    """Doc."""
    before = x + 1
    ### BEGIN SOLUTION
    if x:

        def inner() -> int:
            return x

    return helper(before)
    ### END SOLUTION


### BEGIN SOLUTION
def helper(x: int) -> int:
    return 2 * x


### END SOLUTION
class Given:
    """Doc."""

    # stage: encoder
    def method(self) -> None:
        """Doc."""
        ### BEGIN SOLUTION
        self.helper()
        ### END SOLUTION

    ### BEGIN SOLUTION
    def helper(self) -> None:
        pass

    ### END SOLUTION
'''
    stub = '''"""Given."""


# stage: data
def outer(x: int) -> int:
    """Doc."""
    before = x + 1
    raise NotImplementedError("stage data: outer is yours to write")


class Given:
    """Doc."""

    # stage: encoder
    def method(self) -> None:
        """Doc."""
        raise NotImplementedError("stage encoder: Given.method is yours to write")
'''
    assert stubs.make_stub(solution, "utils.py") == stub


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# stage: data\n### BEGIN SOLUTION\nx = 1\n", "utils.py:2: .*without an ### END"),
        ("# stage: data\nx = 1\n### END SOLUTION\n", "utils.py:3: .*without a ### BEGIN"),
        (
            "# stage: data\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n",
            "utils.py:3: .*inside the block of line 2",
        ),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", "utils.py:1: no `# stage: KEY`"),
        ("# stage: dta\nx = 1\n", 'utils.py:1: there is no stage "dta"'),
        ("# stage: data\n# BEGIN SOLUTION\nx = 1\n", "utils.py:2: .*is not a mark"),
        (
            "# stage: data\nclass A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n",
            "utils.py: without its solutions the file is not Python",
        ),
    ],
)
def test_wrong_marks_are_refused_with_their_line(text: str, words: str) -> None:
    with pytest.raises(stubs.MarkError, match=words):
        stubs.make_stub(text, "utils.py")
