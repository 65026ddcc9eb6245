"""The student's folder and its zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.checking.assignments import HOMEWORK
from autograder.places import ASSIGNMENT, BANK, HIDDEN, NOTEBOOKS, SOLUTIONS
from autograder.release.package import assemble, student_zip

NOTEBOOK = NOTEBOOKS / "vit-cifar10" / "vit-cifar10.ipynb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assemble(tmp_path_factory.mktemp("student") / "vit-cifar10", with_recordings=False)


def test_the_folder_is_flat_and_holds_what_a_student_needs(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        *HOMEWORK.files, "README.md", "conftest.py", "course", "checking", "data",
    }  # fmt: skip
    for name in HOMEWORK.files:
        assert (folder / name).read_bytes() == (ASSIGNMENT / name).read_bytes()
    assert (folder / "course" / "training.py").is_file()
    assert (folder / "checking" / "checks" / "test_attention.py").is_file()


def test_nothing_of_the_staff_is_in_it(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert not names & {"__pycache__", "downloads", "hidden", "bank", "grading", "sandbox"}
    staff = {path.read_bytes() for part in (HIDDEN, BANK, SOLUTIONS) for path in part.rglob("*.py")}
    staff.discard(b"")
    assert not [path for path in folder.rglob("*.py") if path.read_bytes() in staff]


def test_it_works_without_the_repository(folder: Path) -> None:
    code = "import sys, checking, data.known, course.resnet; assert 'autograder' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
                   cwd=folder, check=True)  # fmt: skip


def test_a_workspace_has_the_files_that_are_asked_for(tmp_path: Path) -> None:
    stale = tmp_path / "course" / "gone.py"
    stale.parent.mkdir()
    stale.write_text("x = 1\n")
    assemble(tmp_path, HOMEWORK, SOLUTIONS, NOTEBOOK, with_recordings=False)
    assert (tmp_path / "ViT.py").read_bytes() == (SOLUTIONS / "ViT.py").read_bytes()
    assert (tmp_path / NOTEBOOK.name).read_bytes() == NOTEBOOK.read_bytes()
    assert not stale.exists()


def test_the_zip_depends_on_the_content_alone(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    student_zip(folder, first)
    (folder / "ViT.py").touch(mode=0o600)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "ViT.cpython-311.pyc").write_bytes(b"x")
    student_zip(folder, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
        assert archive.read("vit-cifar10/ViT.py") == (folder / "ViT.py").read_bytes()
    assert all(name.startswith("vit-cifar10/") for name in names)
