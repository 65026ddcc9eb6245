"""Names and e-mails in nbgrader's gradebook: what formgrader and the exported table show."""

from __future__ import annotations

from pathlib import Path

import pytest
from rosters import HOMEWORK, canvas, handed_in, moodle, write_roster

from autograder.bridge import run
from autograder.checking.stages import HOMEWORK as ASSIGNMENT
from autograder.records.settings import course_settings
from autograder.roster.gradebook import sync_names
from autograder.roster.tables import RosterError

JANE, BO, WU, BLIND = "Jane-Doe_1001", "libo_7", "wu", "Participant_9"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A gradebook with one assignment, in which everybody handed in."""
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


def test_without_a_gradebook_none_is_made(tmp_path: Path) -> None:
    assert sync_names(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_grading_ends_with_the_names(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_check_released", "_autograde"):
        monkeypatch.setattr(run, name, lambda *arguments: 0)
    monkeypatch.setattr(run, "_open_marks", lambda *arguments: [])
    run.autograde(root, [], ASSIGNMENT)
    assert shown(root)[JANE][:2] == ("Jane", "Doe")
    write_roster(root, "key\na b\n")
    result = run.autograde(root, [], ASSIGNMENT)
    assert result.exit_code == 1
    assert "roster.csv: needs a person" in "\n".join(result.last_lines())
