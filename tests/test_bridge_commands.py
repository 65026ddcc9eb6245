"""nbgrader's commands by themselves: old marks, failing runs, formgrader's button, settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, Course, commands, environment
from nbformat.v4 import new_markdown_cell
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.bridge.config import configure
from autograder.bridge.run import NotReleasedError, RunResult, autograde
from autograder.bridge.submission import Problem

ROOT = Path(__file__).parents[1]
FULL = {"attention": 20.0, "training": 10.0, "patch-size": 0.0, "class-token": 0.0}
OPEN = dict.fromkeys(FULL)

BUTTON = """
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

app = NbGrader()
app.initialize([])
done = NbGraderAPI(app.coursedir, parent=app).autograde("vit-cifar10", "dora")
print(done["success"], done.get("error", ""), done.get("log", ""))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class graded by plain `nbgrader autograde`; a person overruled one verdict."""
    course = Course(tmp_path_factory.mktemp("course"))
    for student in ("ann", "bob", "cleo", "dora"):
        course.hand_in(student, course.released())
    course.nbgrader("autograde", ASSIGNMENT)
    course.mark("ann", "attention", 17)
    return course


@pytest.fixture(scope="module")
def forced(course: Course) -> str:
    """What `nbgrader autograde --force` says when three of the four now fail."""
    assert course.scores("ann") == FULL
    course.hand_in("ann", course.released(), wish="the grader breaks")
    course.hand_in("bob", '{"cells": [')
    course.hand_in("cleo", course.released(), wish="no sandbox")
    return course.nbgrader("autograde", ASSIGNMENT, "--force", status=1)


@pytest.fixture(scope="module")
def result(course: Course, forced: str) -> RunResult:
    """The course's own run after that, with a notebook on which nbgrader itself stumbles."""
    stumbling = course.released()
    stumbling.cells.append(new_markdown_cell("stumble"))
    course.hand_in("dora", stumbling)
    with commands():
        return autograde(course.root, ["cleo", "dora"], force=True)


@pytest.mark.slow
@pytest.mark.usefixtures("forced")
class TestForcedRun:
    """A run with `--force`, in which what was graded before now fails."""

    def test_a_broken_grader_leaves_the_stages_open(self, course: Course) -> None:
        assert course.scores("ann") == {**FULL, "attention": None, "training": None}
        assert course.open_marks("ann") == {"attention", "training"}

    def test_a_persons_mark_stays(self, course: Course) -> None:
        with course.gradebook() as gradebook:
            grade = gradebook.find_grade("attention", ASSIGNMENT, ASSIGNMENT, "ann")
            assert grade.score == 17

    def test_a_damaged_notebook_is_graded_by_its_code(self, course: Course) -> None:
        assert course.scores("bob") == {**FULL, "patch-size": None, "class-token": None}

    def test_without_a_sandbox_nothing_is_graded_and_the_old_marks_go(
        self, course: Course, forced: str
    ) -> None:
        assert course.scores("cleo") == OPEN
        assert course.open_marks("cleo") == set(OPEN)
        assert "no sandbox here" in forced

    def test_the_others_are_not_touched(self, course: Course) -> None:
        assert course.scores("dora") == FULL

    def test_each_failure_is_named(self, forced: str) -> None:
        assert "ann: stage attention needs a person" in forced
        assert "submitted/bob/vit-cifar10/vit-cifar10.ipynb cannot be read" in forced
        assert "error processing assignment 'vit-cifar10' for student 'cleo'" in forced


@pytest.mark.slow
def test_what_nbgrader_stumbles_on_is_graded_by_its_code(course: Course, result: RunResult) -> None:
    assert {r.student: r.words for r in result.remarks} == {
        "cleo": "not graded: nbgrader failed, as its messages say",
        "dora": Problem.REFUSED.summary(f"{ASSIGNMENT}.ipynb"),
    }
    assert result.exit_code == 1
    assert course.scores("dora") == {**FULL, "patch-size": None, "class-token": None}
    assert course.scores("cleo") == OPEN


@pytest.mark.slow
@pytest.mark.usefixtures("result")
def test_formgraders_button_grades_as_the_command_does(course: Course) -> None:
    course.hand_in("dora", course.released(), wish="wrong")
    done = subprocess.run(
        [sys.executable, "-c", BUTTON],
        cwd=course.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("True")
    assert course.scores("dora") == dict.fromkeys(FULL, 0.0)


def test_a_class_cannot_be_graded_before_the_release(tmp_path: Path) -> None:
    with pytest.raises(NotReleasedError, match="generate_assignment vit-cifar10"):
        autograde(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_name_in_the_settings_can_be_imported() -> None:
    settings = Config()
    configure(settings)
    names = [
        *settings.GenerateAssignment.preprocessors,
        *settings.Autograde.sanitize_preprocessors,
        *settings.Autograde.autograde_preprocessors,
        *settings.GenerateFeedback.preprocessors,
        settings.Autograde.exporter_class,
        settings.ExportApp.plugin_class,
    ]
    assert all(isinstance(import_item(name), type) for name in names)
    last = settings.GenerateAssignment.preprocessors[-1]
    assert last == "autograder.release.gate.ReleaseGate"


def test_settings_that_cannot_be_loaded_stop_nbgrader(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "__init__.py").write_text("raise OSError('broken install')")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "settings cannot be loaded (broken install)" in done.stderr
    assert not (tmp_path / "gradebook.db").exists()
