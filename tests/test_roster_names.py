"""Names and e-mails in nbgrader's gradebook: what formgrader and the exported table show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rosters import HOMEWORK, canvas, handed_in, moodle, write_roster
from typer.testing import CliRunner

from autograder.bridge import run
from autograder.checking.assignments import HOMEWORK as ASSIGNMENT
from autograder.cli.main import app
from autograder.records.settings import course_settings
from autograder.roster.gradebook import sync_names
from autograder.roster.tables import RosterError

JANE, BO, WU, BLIND = "Jane-Doe_1001", "libo_7", "wu", "Participant_9"


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with one assignment, in which everybody handed in."""
    tmp_path = tmp_path_factory.mktemp("course")
    with course_settings(tmp_path).gradebook() as gradebook:
        gradebook.add_assignment(HOMEWORK)
        gradebook.add_notebook(HOMEWORK, HOMEWORK)
        gradebook.add_grade_cell("a", HOMEWORK, HOMEWORK, max_score=1, cell_type="code")
        for key in (JANE, BO, WU, BLIND):
            gradebook.add_student(key)
            gradebook.add_submission(HOMEWORK, key)
    handed_in(tmp_path, JANE, moodle("Jane Doe", "1001", email="jane@u.example"))
    handed_in(tmp_path, BO, canvas("libo", "7"))
    handed_in(tmp_path, BLIND, moodle("Participant", "9"))
    return tmp_path


@pytest.fixture
def root(fixture: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fixture, tmp_path / "course")


def shown(root: Path) -> dict[str, tuple[str | None, ...]]:
    """What formgrader's list of submissions is given."""
    with course_settings(root).gradebook() as gradebook:
        rows = gradebook.submission_dicts(HOMEWORK)
        emails = {row["id"]: row["email"] for row in gradebook.student_dicts()}
        return {
            row["student"]: (row["first_name"], row["last_name"], emails[row["student"]])
            for row in rows
        }


def test_names_of_downloads_fill_what_is_empty(root: Path) -> None:
    assert shown(root)[JANE] == (None, None, None)
    assert sync_names(root) == 2
    assert shown(root) == {
        JANE: ("Jane", "Doe", "jane@u.example"),
        BO: ("", "libo", None),
        WU: (None, None, None),
        BLIND: (None, None, None),
    }
    assert sync_names(root) == 0


def test_the_roster_has_the_last_word(root: Path) -> None:
    with course_settings(root).gradebook() as gradebook:
        gradebook.update_or_create_student(WU, first_name="Typed", last_name="By Hand")
        gradebook.update_or_create_student(JANE, first_name="Typed", last_name="Too")
    write_roster(
        root, f'key,name,email\n{BO},"Li, Bo",bo@u.example\n{WU},,wu@u.example\nnew,A B,\n'
    )
    sync_names(root)
    assert shown(root) == {
        JANE: ("Typed", "Too", "jane@u.example"),
        BO: ("Bo", "Li", "bo@u.example"),
        WU: ("Typed", "By Hand", "wu@u.example"),
        BLIND: (None, None, None),
    }


def test_a_broken_roster_writes_nothing(root: Path) -> None:
    write_roster(root, "key\na b\n")
    with pytest.raises(RosterError):
        sync_names(root)
    assert shown(root)[JANE] == (None, None, None)


def test_importing_ends_with_the_names(root: Path) -> None:
    (root / "nbgrader_config.py").touch()
    (root / "list.csv").write_text(f'key,name,email\n{WU},"Wu, Fang",wu@u.example\n')
    command = ["roster", "import", str(root / "list.csv"), "--course", str(root), "--confirm"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert shown(root)[WU] == ("Fang", "Wu", "wu@u.example")
    assert shown(root)[JANE][:2] == ("Jane", "Doe")


def test_without_a_gradebook_none_is_made(tmp_path: Path) -> None:
    assert sync_names(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_grading_ends_with_the_names(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("check_released", "_autograde"):
        monkeypatch.setattr(run, name, lambda *arguments: 0)
    monkeypatch.setattr(run, "open_marks", lambda *arguments: ([], {}))
    run.autograde(root, [], ASSIGNMENT)
    assert shown(root)[JANE][:2] == ("Jane", "Doe")
    write_roster(root, "key\na b\n")
    result = run.autograde(root, [], ASSIGNMENT)
    assert result.exit_code == 1
    assert "roster.csv: needs a person" in "\n".join(result.last_lines())
