"""The student's folder, away from the repository: from the first stub to the zip that is graded."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from demo_course import Demo, environment
from notebooktools import assert_all_points, check_alone, execute, run

from autograder.checking.assignments import HOMEWORK

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def package(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of the release, unpacked in an empty folder."""
    place = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(demo.root / "release" / f"{HOMEWORK.name}.zip") as archive:
        archive.extractall(place)
    return place / HOMEWORK.name


def test_the_package_holds_what_a_student_needs_and_nothing_else(package: Path) -> None:
    top = {path.name for path in package.iterdir()}
    expected = {HOMEWORK.notebook, "README.md", "conftest.py", "course", "checking", "data"}
    assert top == expected | set(HOMEWORK.files)
    names = {path.name for path in package.rglob("*")}
    assert not names & {"hidden", "bank", "solutions", "grading", "__pycache__"}


@pytest.mark.parametrize("stage", HOMEWORK.code_stages)
def test_the_stubs_fail_with_words_that_help(package: Path, stage: str) -> None:
    said = check_alone(package, stage)
    assert f"stage {stage}" in said
    assert "is yours to write" in said or "cannot be checked until the stage `patching`" in said
    assert "Traceback" not in said


def test_right_code_passes_the_notebook_runs_and_the_zip_is_graded(
    demo: Demo, package: Path, tmp_path: Path
) -> None:
    folder = tmp_path / HOMEWORK.name
    shutil.copytree(package, folder)
    for name in HOMEWORK.files:
        shutil.copyfile(ROOT / "solutions" / name, folder / name)
    said = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert " failed" not in said
    assert " passed" in said

    notebook = execute(folder, HOMEWORK.notebook)
    for stage in HOMEWORK.machine_stages:
        assert_all_points(notebook, stage)
    with zipfile.ZipFile(folder / "submission.zip") as submission:
        assert set(submission.namelist()) == set(HOMEWORK.handed_in)

    root = tmp_path / "course"
    shutil.copytree(demo.root, root)
    for command in (
        ["collect", str(folder / "submission.zip"), "--student", "newcomer"],
        ["grade", "newcomer"],
    ):
        done = subprocess.run(
            ["vitcourse", *command],
            cwd=root,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "newcomer" in done.stdout
    assert "80" in next(line for line in done.stdout.splitlines() if "newcomer" in line)
