"""The release gate inside nbgrader's own command, and the whole release."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nbformat
import pytest
from demo_course import Demo
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import KVArgParseConfigLoader

from autograder.bridge.config import configure
from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, STAGES, Assignment
from autograder.checking.execution.verdicts import StageReport, Status, Verdict
from autograder.grading.recordings import write
from autograder.places import SOLUTIONS
from autograder.release import gate, release, staging
from autograder.release.gate import GateError, check_points, points_problems

SECRET = "tokens = self.encoder(self.dropout(self.embed(images)))"
ANSWER = "A patch of four pixels knows little of its neighbours."
WRITTEN = {"grade": True, "solution": True, "locked": False, "task": False, "points": 2}


def notebook(**metadata: object) -> nbformat.NotebookNode:
    nbgrader = {"grade_id": "ask-one", "schema_version": 3, "locked": True, "grade": False}
    question = new_markdown_cell("### Question 1\n\nWhat does a patch know?")
    question.metadata["nbgrader"] = nbgrader | {"solution": False, "task": False}
    answer = new_markdown_cell(
        f"### BEGIN SOLUTION\n**Model answer**\n\n{ANSWER}\n\n**Rubric**\n\n"
        "- 2 points: says so.\n### END SOLUTION"
    )
    answer.metadata["nbgrader"] = nbgrader | WRITTEN | {"grade_id": "questions-one"}
    answer.metadata.update(metadata)
    return new_notebook(cells=[question, answer])


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose gate takes the points and the recordings for granted."""
    (tmp_path / "notebooks" / "vit-cifar10").mkdir(parents=True)
    write_source(tmp_path, notebook())
    monkeypatch.setattr(gate, "check_points", lambda root, assignment: None)
    monkeypatch.setattr(write.__module__ + ".write", lambda folder, stages: folder.mkdir())
    return tmp_path


def write_source(root: Path, content: nbformat.NotebookNode) -> None:
    nbformat.write(content, root / "notebooks" / "vit-cifar10" / "vit-cifar10.ipynb")


def generate(root: Path, name: str = "vit-cifar10", *options: str) -> int:
    """As `nbgrader generate_assignment` with options such as `--CourseDirectory.db_url=...`."""
    config = Config()
    configure(config, str(root / "nbgrader_config.py"))
    given = [option for option in options if "=" in option]
    config.merge(KVArgParseConfigLoader(given).load_config())
    coursedir = CourseDirectory(root=str(root), assignment_id=name, config=config)
    GenerateAssignment(coursedir=coursedir, config=config).start()
    return 0


def test_what_may_go_out_goes_out_with_stubs_and_modules(course: Path) -> None:
    generate(course)
    released = course / "release" / "vit-cifar10"
    assert (released / "course" / "training.py").is_file()
    assert "is yours to write" in (released / "ViT.py").read_text()
    assert ANSWER not in (released / "vit-cifar10.ipynb").read_text()


def test_a_leak_in_the_notebook_stops_nbgrader(
    course: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_source(course, notebook(draft=[ANSWER]))
    with pytest.raises(NbGraderException):
        generate(course)
    assert not (course / "release" / "vit-cifar10").exists()
    assert "cell 2, metadata, draft" in caplog.text
    assert "vit-cifar10.ipynb, cell 2, line" in caplog.text


def test_points_that_are_not_due_stop_nbgrader(
    course: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(root: Path, assignment: Assignment) -> None:
        raise GateError(f"the stubs of {root} earn a point")

    monkeypatch.setattr(gate, "check_points", refuse)
    with pytest.raises(NbGraderException):
        generate(course)
    assert not (course / "release" / "vit-cifar10").exists()
    assert f"the stubs of {course} earn a point" in caplog.text


def test_old_stubs_stop_nbgrader(
    course: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gate, "outdated", lambda solutions, assignment: ["ViT.py"])
    with pytest.raises(NbGraderException):
        generate(course)
    assert "ViT.py in assignment/ differ" in caplog.text


def test_a_folder_that_is_no_assignment_of_the_course_is_not_released(
    course: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (course / "notebooks" / "essay").mkdir()
    nbformat.write(notebook(), course / "notebooks" / "essay" / "essay.ipynb")
    with pytest.raises(NbGraderException):
        generate(course, "essay")
    assert not (course / "release" / "essay").exists()
    assert f'there is no assignment "essay"; there are {", ".join(ASSIGNMENTS)}' in caplog.text


def report(stage: str, earned: int | None) -> StageReport:
    points = STAGES[stage].points
    status = Status.GRADER_ERROR if earned is None else Status.PASSED
    return StageReport(
        stage, (Verdict("test_it", stage, "It is.", points, status, "", earned or 0),)
    )


def test_every_point_is_looked_at() -> None:
    nothing = {key: report(key, 0) for key in HOMEWORK.machine_stages}
    everything = {key: report(key, STAGES[key].points) for key in HOMEWORK.machine_stages}
    assert points_problems(HOMEWORK, nothing, everything) == []

    generous = points_problems(HOMEWORK, nothing | {"data": report("data", 1)}, everything)
    assert "The stubs must earn 0 points in stage data; they got 1 points" in generous[0]
    strict = points_problems(HOMEWORK, nothing, everything | {"vit": report("vit", 14)})
    assert "The solutions must earn 15 points in stage vit; they got 14 points" in strict[0]
    broken = points_problems(HOMEWORK, nothing | {"data": report("data", None)}, everything)
    assert "they got no score" in broken[0]
    absent = points_problems(
        HOMEWORK, nothing, {k: v for k, v in everything.items() if k != "training"}
    )
    assert absent == ["The solutions have no report for stage training."]


def test_a_whole_release(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "nbgrader", lambda root, _, *rest: generate(root, *rest))
    made = release.release(course)
    with zipfile.ZipFile(made.archive) as archive:
        assert "vit-cifar10/vit-cifar10.ipynb" in archive.namelist()
        assert "vit-cifar10/utils.py" in archive.namelist()
    assert ANSWER in made.guide.read_text()
    assert not made.guide.is_relative_to(course / "release")


def test_what_came_into_the_folder_later_does_not_go_out(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate_and_spoil(root: Path, command: str, *rest: str) -> int:
        generate(root, *rest)
        (made,) = root.glob(".vitcourse/releasing-*/vit-cifar10")
        (made / "notes.txt").write_text(SECRET)
        return 0

    assert SECRET in (SOLUTIONS / "ViT.py").read_text()
    monkeypatch.setattr(staging, "nbgrader", generate_and_spoil)
    with pytest.raises(GateError, match=r"vit-cifar10.zip!vit-cifar10/notes.txt.*ViT.py, line"):
        release.release(course)
    assert not (course / "release" / "vit-cifar10.zip").exists()


def test_no_zip_without_nbgrader(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "nbgrader", lambda root, *arguments: 1)
    with pytest.raises(release.ReleaseError, match="status 1"):
        release.release(course)
    assert not (course / "release").exists()


@pytest.mark.slow
def test_the_real_gate_has_let_the_real_course_out(demo: Demo) -> None:
    recordings = demo.root / "release" / "vit-cifar10" / "checking" / "recordings"
    assert list(recordings.iterdir())
    check_points(demo.root, HOMEWORK)
