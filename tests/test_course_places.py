"""A course anywhere: another gradebook, another name, a path with characters of all kinds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, Course, commands
from typer.testing import CliRunner

from autograder.bridge.run import autograde
from autograder.bridge.table import marks_table
from autograder.cli.common import Exit, path_problem
from autograder.cli.doctor import Health, examine
from autograder.cli.main import app
from autograder.records.settings import course_settings

WORKING = "a b, 100%20 %(x)s ümläut #1; 'q' \"q\" {x} ~ & : \\ !"
REFUSED = ("a[1]", "what?", "a*b", "$HOME")
ELSEWHERE = """
c.CourseDirectory.db_url = "sqlite:///kept here/marks.db"
c.CourseDirectory.course_id = "cs101-2026"
"""


@pytest.fixture(autouse=True)
def with_commands() -> Iterator[None]:
    with commands():
        yield


def go_the_whole_line(course: Course) -> str:
    """Hand in, grade, export; the points in the exported table."""
    course.hand_in("ann", course.released())
    assert autograde(course.root).remarks == ()
    assert marks_table(course.root).row_count == 1
    course.nbgrader("export")
    return course.marks()["ann"]["raw_score"]


@pytest.mark.slow
def test_a_path_with_characters_of_all_kinds_works(tmp_path: Path) -> None:
    root = tmp_path / WORKING
    root.mkdir()
    course = Course(root)
    assert go_the_whole_line(course) == "30.0"
    assert (root / "gradebook.db").is_file()
    assert path_problem(root) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_a_path_that_nbgrader_cannot_take_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    (root / "nbgrader_config.py").touch()
    for command in (["grade"], ["release"], ["collect", str(tmp_path)]):
        result = CliRunner().invoke(app, [*command, "--course", str(root)])
        assert result.exit_code == Exit.REFUSED
        assert "Rename the folder" in result.output
    assert [path.name for path in root.iterdir()] == ["nbgrader_config.py"]
    found = [finding for finding in examine(root) if finding.subject == "course"]
    assert found[0].health is Health.PROBLEM
    assert "Rename the folder" in found[0].words


@pytest.mark.slow
def test_another_gradebook_and_course_are_used_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(tmp_path)
    (tmp_path / "gradebook.db").unlink()
    shutil.rmtree(tmp_path / "release")
    (tmp_path / "kept here").mkdir()
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + ELSEWHERE)
    course.nbgrader("generate_assignment", ASSIGNMENT)
    monkeypatch.chdir("/")
    assert go_the_whole_line(course) == "30.0"
    settings = course_settings(tmp_path)
    assert settings.gradebook_file == tmp_path / "kept here" / "marks.db"
    with settings.gradebook() as gradebook:
        assert gradebook.course_id == "cs101-2026"
        assert [student.id for student in gradebook.students] == ["ann"]
        assert gradebook.find_assignment(ASSIGNMENT).course_id == "cs101-2026"
    assert not (tmp_path / "gradebook.db").exists()
    (finding,) = [each for each in examine(tmp_path) if each.subject == "release"]
    assert finding.health is Health.FINE
