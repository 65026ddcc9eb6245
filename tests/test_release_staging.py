"""A release that fails leaves what was released as it was; one that was killed is finished."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import nbformat
import pytest
from test_release_gate import generate, notebook, write_source

from autograder.cli.doctor import Health, examine
from autograder.grading.recordings import write
from autograder.records.settings import course_settings
from autograder.release import gate, release, staging
from autograder.release.gate import GateError
from autograder.release.staging import ReleaseError

CONFIG = """
from autograder.bridge.config import configure

configure(get_config(), __file__)
"""
SETTINGS = '[grading]\nisolation = "cooperative"\ndata = "sample"\n'


class Killed(BaseException):
    """In the place of a signal that ends the process."""


def trusting(patch: pytest.MonkeyPatch) -> None:
    """Let nbgrader run in this process, with points and recordings taken for granted."""

    def nbgrader(root: Path, _: str, *rest: str) -> int:
        try:
            return generate(root, *rest)
        except Exception:
            return 1

    patch.setattr(gate, "check_points", lambda root, assignment: None)
    patch.setattr(write.__module__ + ".write", lambda folder, stages: folder.mkdir())
    patch.setattr(staging, "nbgrader", nbgrader)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one release."""
    root = tmp_path_factory.mktemp("released")
    (root / "notebooks" / "vit-cifar10").mkdir(parents=True)
    write_source(root, notebook())
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "vitcourse.toml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        trusting(patch)
        release.release(root)
    return root


@pytest.fixture
def released(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, to be changed."""
    trusting(monkeypatch)
    return Path(shutil.copytree(template, tmp_path / "course"))


def state(root: Path) -> dict[str, bytes]:
    """Everything that counts: the folder, the zip, the guide, the gradebook's cells."""
    found = {
        str(path.relative_to(root)): path.read_bytes()
        for place in ("release", "build")
        for path in sorted((root / place).rglob("*"))
        if path.is_file()
    }
    with course_settings(root).gradebook() as gradebook:
        cells = gradebook.find_notebook("vit-cifar10", "vit-cifar10").source_cells
        found |= {f"cell {cell.name}": str(cell.source).encode() for cell in cells}
    return found


def changed_source(root: Path, text: str = "What else does a patch know?") -> None:
    content = notebook()
    content.cells[0].source = text
    write_source(root, content)


def refuse(root: Path, assignment: object) -> None:
    raise GateError("the stubs earn a point")


@pytest.mark.parametrize("how", ["gate", "disk", "leak", "cells"])
def test_a_release_that_fails_changes_nothing(
    released: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    before = state(released)
    changed_source(released)
    if how == "gate":
        monkeypatch.setattr(gate, "check_points", refuse)
    elif how == "disk":

        def full(folder: Path, archive: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(release, "student_zip", full)
    elif how == "leak":
        monkeypatch.setattr(release, "refuse_leaks", lambda leaks: refuse(released, None))
    else:
        nbgrader = staging.nbgrader

        def fails_late(root: Path, *rest: str) -> int:
            return nbgrader(root, *rest) or int("--ReleaseGate.enabled=False" in rest)

        monkeypatch.setattr(staging, "nbgrader", fails_late)
    with pytest.raises((ReleaseError, GateError, OSError)) as error:
        release.release(released)
    if how in ("gate", "cells"):
        assert "are as they were" in str(error.value)
    assert state(released) == before
    assert not list((released / ".vitcourse").glob("releasing-*"))


@pytest.mark.slow
@pytest.mark.parametrize("step", range(6))
def test_a_release_that_was_killed_is_finished_by_the_next_run(
    released: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Kill it at each step after everything is ready: before and after each move."""
    before = state(released)
    changed_source(released)
    steps = iter(range(6))
    move, write_cells = shutil.move, staging.Staging._write_cells

    def stop() -> None:
        if next(steps, None) == step:
            raise Killed

    def killed_move(source: Path, target: Path) -> None:
        stop()
        move(source, target)
        stop()

    def killed_cells(made: staging.Staging) -> None:
        write_cells(made)
        stop()

    with monkeypatch.context() as patch:
        patch.setattr(staging.shutil, "move", killed_move)
        patch.setattr(staging.Staging, "_write_cells", killed_cells)
        with pytest.raises(Killed):
            release.release(released)
    (finding,) = [each for each in examine(released) if each.subject == "release"]
    assert finding.health is Health.PROBLEM
    assert "run: vitcourse release vit-cifar10" in finding.words
    monkeypatch.setattr(gate, "check_points", refuse)
    with pytest.raises(ReleaseError):
        release.release(released)
    after = state(released)
    assert after["cell ask-one"] == b"What else does a patch know?"
    assert after.keys() == before.keys()
    assert b"What else" in after["release/vit-cifar10/vit-cifar10.ipynb"]
    assert not list((released / ".vitcourse").glob("releasing-*"))


def test_one_killed_before_it_was_ready_leaves_no_trace(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(released)
    left = released / ".vitcourse" / "releasing-vit-cifar10"
    (left / "vit-cifar10").mkdir(parents=True)
    (left / "vit-cifar10" / "ViT.py").write_text("half")
    monkeypatch.setattr(gate, "check_points", refuse)
    with pytest.raises(ReleaseError):
        release.release(released)
    assert state(released) == before
    assert not left.exists()


def test_cells_that_came_after_a_hand_in_are_named(released: Path) -> None:
    with course_settings(released).gradebook() as gradebook:
        gradebook.add_student("ann")
        gradebook.add_submission("vit-cifar10", "ann")
    before = state(released)
    content = notebook()
    content.cells[0].metadata["nbgrader"]["grade_id"] = "ask-two"
    write_source(released, content)
    with pytest.raises(ReleaseError, match=r"added: ask-two; removed: ask-one.*are as they were"):
        release.release(released)
    assert state(released) == before
    changed_source(released)
    release.release(released)
    released_cells = nbformat.read(
        released / "release" / "vit-cifar10" / "vit-cifar10.ipynb", as_version=4
    ).cells
    assert released_cells[0].source == "What else does a patch know?"
