"""The labs: their folders away from the repository, their notebooks run, one of them graded."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest
from demo_course import environment
from nbgrader.api import Gradebook
from notebooktools import SOURCES, assert_all_points, check_alone, execute, released, run

from autograder import bank
from autograder.bank.judging import SOLUTIONS as SOLVED
from autograder.bridge.config import COURSE_ID
from autograder.checking.assignments import ASSIGNMENTS, STAGES, Assignment
from autograder.places import ASSIGNMENT as STUBS
from autograder.places import ROOT, SOLUTIONS
from autograder.release.package import assemble
from autograder.sandbox.tiers import TIERS

LABS = {name: assignment for name, assignment in ASSIGNMENTS.items() if assignment.after}
GRADED = LABS["lab-attention"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each lab's folder as a student has it who solved everything, with the released notebook."""
    place = tmp_path_factory.mktemp("labs")
    for name, lab in LABS.items():
        folder = assemble(place / name, lab, SOLUTIONS)
        copy_homework(lab, folder)
        nbformat.write(
            released(lab, tmp_path_factory.mktemp("gradebook"))[0], folder / lab.notebook
        )
    return {name: place / name for name in LABS}


@pytest.fixture(scope="module")
def finished(workspaces: dict[str, Path]) -> dict[str, nbformat.NotebookNode]:
    """The released notebooks, run top to bottom."""
    return {name: execute(folder, LABS[name].notebook) for name, folder in workspaces.items()}


def copy_homework(lab: Assignment, folder: Path) -> None:
    assert lab.after
    for name in lab.after.used_files:
        shutil.copyfile(SOLUTIONS / name, folder / name)


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_the_folder_holds_the_labs_own_and_what_is_given(
    lab: Assignment, workspaces: dict[str, Path]
) -> None:
    folder = workspaces[lab.name]
    given = {"README.md", "conftest.py", "course", "labs", "checking", "data"}
    assert given <= {path.name for path in folder.iterdir()}
    assert "Copy your four homework files here" in (folder / "README.md").read_text()
    checks = {path.stem for path in (folder / "checking" / "checks").glob("test_*.py")}
    assert checks == {f"test_{stage}" for stage in lab.checked_code}
    recordings = folder / "checking" / "recordings"
    assert {path.name.split(".")[0] for path in recordings.iterdir()} == set(lab.checked_code)


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_the_stubs_fail_with_words_that_help(
    lab: Assignment, workspaces: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(workspaces[lab.name], tmp_path, dirs_exist_ok=True)
    for name in lab.files:
        shutil.copyfile(STUBS / name, tmp_path / name)
    said = check_alone(tmp_path, *lab.code_stages)
    for stage in lab.code_stages:
        assert f"(stage {stage}): 0 of" in said
        assert re.search(f"stage {stage}: [\\w.]+ is yours to write", said)
    assert "Traceback" not in said


def test_a_missing_homework_file_is_to_be_copied(
    workspaces: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(workspaces[GRADED.name], tmp_path, dirs_exist_ok=True)
    (tmp_path / "ViT.py").unlink()
    said = check_alone(tmp_path, "patching", GRADED.code_stages[0], "data")
    incomplete, complete = said.split("(stage data)")
    assert incomplete.count("not beside the notebook: ViT.py; this builds on your homework") == 2
    assert incomplete.count("copy your homework's files into this folder") == 2
    assert "✓" in complete
    assert "✗" not in complete


def test_a_wrong_key_names_the_stages_that_can_be_checked(workspaces: dict[str, Path]) -> None:
    said = check_alone(workspaces[GRADED.name], "training")
    assert f'there is no stage "training"; the stages are {", ".join(GRADED.checked_code)}' in said


def test_right_code_passes_in_the_terminal(workspaces: dict[str, Path]) -> None:
    said = run(workspaces[GRADED.name], "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert " passed" in said
    assert " failed" not in said
    assert " skipped" not in said


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_the_released_notebook_runs_and_hands_in(
    lab: Assignment, workspaces: dict[str, Path], finished: dict[str, nbformat.NotebookNode]
) -> None:
    for stage in lab.machine_stages:
        assert_all_points(finished[lab.name], stage)
    with zipfile.ZipFile(workspaces[lab.name] / "submission.zip") as submission:
        assert sorted(submission.namelist()) == sorted(lab.handed_in)


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_the_source_notebook_runs(
    lab: Assignment, workspaces: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(workspaces[lab.name], tmp_path, dirs_exist_ok=True)
    shutil.copyfile(SOURCES[lab.name], tmp_path / lab.notebook)
    notebook = execute(tmp_path, lab.notebook)
    for stage in lab.machine_stages:
        assert_all_points(notebook, stage)


def command(root: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run(
        words, cwd=root, env=environment(), capture_output=True, text=True, timeout=900
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_lab_is_released_handed_in_graded_and_given_back(
    workspaces: dict[str, Path], finished: dict[str, nbformat.NotebookNode], tmp_path: Path
) -> None:
    if all(tier.trouble() for tier in TIERS):
        pytest.skip("needs bubblewrap, which .ci/run installs, or Landlock")
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    command(tmp_path, "vitcourse", "release", GRADED.name)
    folder = tmp_path / "release" / GRADED.name
    (file,) = GRADED.files
    assert (folder / file).read_bytes() == (STUBS / file).read_bytes()
    assert (tmp_path / "build" / f"{GRADED.name}-marking-guide.md").is_file()

    stage = GRADED.code_stages[0]
    wrong = bank.load(stage)[0]
    module = Path(file).stem
    downloads = tmp_path / "download.zip"
    with zipfile.ZipFile(downloads, "w") as archive:
        for number, (name, text) in enumerate(
            {
                "Right": SOLVED[module],
                "Wrong": wrong.over(SOLVED)[module],
                "Untouched": (STUBS / file).read_text(),
            }.items()
        ):
            place = f"{name}_{number}_assignsubmission_file_"
            if name == "Right":
                handed_in = workspaces[GRADED.name] / "submission.zip"
                archive.write(handed_in, f"{place}/submission.zip")
                continue
            archive.write(folder / GRADED.notebook, f"{place}/{GRADED.notebook}")
            archive.writestr(f"{place}/{file}", text)

    named = ("--assignment", GRADED.name)
    assert "3 submission(s) in submitted/" in command(
        tmp_path, "vitcourse", "collect", str(downloads), *named
    )
    homework = tmp_path / "submitted" / "Right_0" / "vit-cifar10"
    homework.mkdir()
    said = command(tmp_path, "vitcourse", "grade", *named, status=1)
    assert "10 answers of 1 student wait for marking in formgrader." in said
    assert {path.name for path in (tmp_path / "autograded" / "Right_0").iterdir()} == {GRADED.name}

    due = {key: STAGES[key].points for key in GRADED.code_stages}
    assert scores(tmp_path, "Right_0") == due
    assert scores(tmp_path, "Untouched_2") == dict.fromkeys(due, 0)
    found = scores(tmp_path, "Wrong_1")
    assert found[stage] < due[stage]
    assert {key: found[key] for key in due if key != stage} == {
        key: due[key] for key in due if key != stage
    }
    command(tmp_path, "vitcourse", "feedback", *named)
    page = (tmp_path / "feedback" / "Wrong_1" / GRADED.name / f"{GRADED.name}.html").read_text()
    assert wrong.sentence in " ".join(page.split())


def scores(root: Path, student: str) -> dict[str, float]:
    """The stages' points in the gradebook."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE_ID) as gradebook:
        found = gradebook.find_submission_notebook(GRADED.name, GRADED.name, student)
        return {g.name: g.auto_score for g in found.grades if g.name in GRADED.code_stages}
