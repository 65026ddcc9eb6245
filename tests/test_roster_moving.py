"""Several keys of one person made one, two people parted: every mark and comment stays equal."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bridge_course import environment
from nbgrader.api import Gradebook
from rosters import HOMEWORK, LAB, handed_in, known, midterm, moodle, roster_of, write_roster
from typer.testing import CliRunner, Result

from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.records.origin import KIND
from autograder.records.records import Records
from autograder.records.settings import course_settings
from autograder.roster import journal
from autograder.roster.journal import recover

ADA, BAO = "Ada-Park_100001", "Bao-Nguyen_100002"
SECOND = "Ada-Park_200001"


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course in mid-term, with a second key of Ada's that handed in the lab."""
    root = midterm(tmp_path_factory.mktemp("midterm"))
    with course_settings(root).gradebook() as gradebook:
        gradebook.add_assignment(LAB)
        gradebook.add_notebook(LAB, LAB)
        gradebook.add_grade_cell("cell", LAB, LAB, max_score=9, cell_type="markdown")
        gradebook.add_solution_cell("cell", LAB, LAB)
        gradebook.add_student(SECOND)
        gradebook.add_submission(LAB, SECOND)
        gradebook.find_grade("cell", LAB, LAB, SECOND).manual_score = 7.5
        gradebook.find_comment("cell", LAB, LAB, SECOND).manual_comment = "Look at figure 7."
        gradebook.db.commit()
    handed_in(root, SECOND, moodle("Ada Park", "200001"), LAB)
    old = root / ".vitcourse" / "replaced" / SECOND / LAB / "1"
    old.mkdir(parents=True)
    (old / "utils.py").write_text("older")
    (old.parent / "1.json").write_text('{"origin": null, "replaced": "2026-05-04"}')
    return root


@pytest.fixture
def root(fixture: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fixture, tmp_path / "course")


def vitcourse(root: Path, *arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments, "--course", str(root)], input=stdin)


def marks(root: Path) -> dict[tuple[str, str, str], Any]:
    """Every mark and comment of the gradebook, by student, assignment and cell."""
    found: dict[tuple[str, str, str], Any] = {}
    with course_settings(root).gradebook() as gradebook:
        for assignment in gradebook.assignments:
            for each in assignment.submissions:
                place = each.student_id, assignment.name
                found[*place, ""] = (each.score, each.timestamp, each.extension)
                for grade in (g for notebook in each.notebooks for g in notebook.grades):
                    found[*place, grade.name] = (
                        grade.auto_score,
                        grade.manual_score,
                        grade.extra_credit,
                        grade.needs_manual_grade,
                    )
                for note in (c for notebook in each.notebooks for c in notebook.comments):
                    comment = (note.auto_comment, note.manual_comment)
                    found[*place, f"{note.name} comment"] = comment
    return found


def moved(before: dict[tuple[str, str, str], Any], key: str, to: str) -> dict[Any, Any]:
    return {(to if s == key else s, a, cell): mark for (s, a, cell), mark in before.items()}


def students(root: Path) -> set[str]:
    with course_settings(root).gradebook() as gradebook:
        return {student.id for student in gradebook.students}


def state(root: Path) -> dict[str, bytes]:
    """Every file but backups and the gradebook."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and "backups" not in path.parts
        and not path.name.startswith("gradebook.db")
    }


def test_merge_moves_everything_and_changes_no_mark(root: Path) -> None:
    write_roster(root, f"key,name,moodle:{LAB}\n{ADA},Ada Park,\n{SECOND},Ada P.,200001\n")
    before = marks(root)
    result = vitcourse(root, "roster", "merge", SECOND, ADA, "--yes")
    assert result.exit_code == Exit.FINE, result.output
    assert marks(root) == moved(before, SECOND, ADA)
    assert SECOND not in students(root)
    assert not list(root.glob(f"*/{SECOND}")) + list(root.glob(f".vitcourse/r*/{SECOND}"))
    assert (root / "submitted" / ADA / LAB / "utils.py").is_file()
    assert (root / ".vitcourse" / "replaced" / ADA / LAB / "1" / "utils.py").read_text() == "older"
    assert (root / ".vitcourse" / "replaced" / ADA / LAB / "1.json").is_file()
    assert Records(root).read(KIND, ADA, LAB)
    (ada,) = roster_of(root).people
    assert (ada.name, ada.value(f"moodle:{LAB}")) == ("Ada Park", "200001")
    assert known(root, moodle("Ada Park", "200001"), LAB) == ADA
    (backup,) = (root / ".vitcourse" / "backups").iterdir()
    assert str(backup.relative_to(root)) in result.output
    with sqlite3.connect(backup / "gradebook.db") as kept:
        assert kept.execute("SELECT 1 FROM student WHERE id = ?", [SECOND]).fetchone()


def test_the_exported_table_has_no_row_of_the_old_key(root: Path) -> None:
    vitcourse(root, "roster", "merge", SECOND, ADA, "--yes")
    command = [sys.executable, "-m", "nbgrader", "export", "--to", "after.csv"]
    subprocess.run(command, cwd=root, env=environment(), check=True, capture_output=True)
    after = (root / "after.csv").read_text()
    assert SECOND not in after
    assert ADA in after


def test_a_dry_run_and_a_no_change_nothing(root: Path) -> None:
    before, files = marks(root), state(root)
    result = vitcourse(root, "roster", "merge", SECOND, ADA, "--dry-run")
    assert result.exit_code == Exit.FINE
    assert f"{LAB}: {SECOND} -> {ADA}" in result.output
    assert vitcourse(root, "roster", "merge", SECOND, ADA, stdin="n\n").exit_code != Exit.FINE
    assert (marks(root), state(root)) == (before, files)
    assert not (root / ".vitcourse" / "backups").exists()


def test_two_submissions_for_one_assignment_need_a_word(root: Path) -> None:
    before, files = marks(root), state(root)
    result = vitcourse(root, "roster", "merge", ADA, BAO, "--yes")
    assert result.exit_code == Exit.REFUSED
    assert f"--keep {ADA} or --keep {BAO}" in result.output
    assert (marks(root), state(root)) == (before, files)
    assert vitcourse(root, "roster", "merge", ADA, BAO, "--keep", "x").exit_code == Exit.REFUSED


@pytest.mark.parametrize("keep", [ADA, BAO])
def test_keep_says_whose_submission_counts(root: Path, keep: str) -> None:
    handed_in(root, lost := {BAO: ADA, ADA: BAO}[keep], moodle("Lost", "5"))
    before = marks(root)
    theirs = (root / "submitted" / keep / HOMEWORK / "utils.py").read_bytes()
    other = (root / "submitted" / lost / HOMEWORK / "vit-cifar10.ipynb").read_bytes()
    result = vitcourse(root, "roster", "merge", ADA, BAO, "--keep", keep, "--yes")
    assert result.exit_code == Exit.FINE, result.output
    expected = {place: mark for place, mark in before.items() if place[0] != lost}
    assert marks(root) == moved(expected, keep, BAO)
    assert (root / "submitted" / BAO / HOMEWORK / "utils.py").read_bytes() == theirs
    shelf = root / ".vitcourse" / "replaced" / BAO / HOMEWORK / "1"
    assert (shelf / "vit-cifar10.ipynb").read_bytes() == other
    record = json.loads((shelf.parent / "1.json").read_text())
    assert record["origin"]["number"] == "5"
    assert not (root / "submitted" / ADA).exists()
    (graded,) = (root / "autograded" / BAO / HOMEWORK).glob("*.ipynb")
    assert graded.is_file()


def test_split_parts_two_people(root: Path) -> None:
    vitcourse(root, "roster", "merge", SECOND, ADA, "--yes")
    write_roster(root, f"key,name,moodle:{LAB}\n{ADA},Ada Park,200001\n")
    before = marks(root)
    result = vitcourse(root, "roster", "split", ADA, "ada-2", "--assignment", LAB, "--yes")
    assert result.exit_code == Exit.FINE, result.output
    expected = {
        ("ada-2" if a == LAB else s, a, cell): mark for (s, a, cell), mark in before.items()
    }
    assert marks(root) == expected
    assert known(root, moodle("Ada Park", "200001"), LAB) == "ada-2"
    first, second = roster_of(root).people
    assert (first.key, first.value(f"moodle:{LAB}")) == (ADA, "")
    assert (second.key, second.name, second.value(f"moodle:{LAB}")) == (
        "ada-2",
        "Ada Park",
        "200001",
    )
    assert (root / "submitted" / ADA / HOMEWORK).is_dir()
    assert not (root / "submitted" / ADA / LAB).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["merge", "nobody", ADA], "no nobody"),
        (["merge", ADA, "nobody"], "no nobody"),
        (["merge", ADA, ADA], "one key already"),
        (["split", ADA, "../x", "--assignment", HOMEWORK], "../x"),
        (["split", ADA, ADA.upper(), "--assignment", HOMEWORK], "choose another"),
        (["split", ADA, "new", "--assignment", LAB], HOMEWORK),
        (["split", ADA, BAO, "--assignment", HOMEWORK], f"{BAO} has a submission"),
    ],
)
def test_what_makes_no_sense_is_refused(root: Path, arguments: list[str], words: str) -> None:
    before, files = marks(root), state(root)
    result = vitcourse(root, "roster", *arguments, "--yes")
    assert result.exit_code == Exit.REFUSED, result.output
    assert words in result.output
    assert (marks(root), state(root)) == (before, files)


def test_a_failure_in_the_middle_leaves_the_old_state(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_roster(root, f"key,name\n{ADA},Ada Park\n{SECOND},Ada P.\n")
    before, files = marks(root), state(root)
    real, calls = shutil.move, []

    def fails(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError("the disk is full")
        real(source, target)

    monkeypatch.setattr(journal.shutil, "move", fails)
    result = vitcourse(root, "roster", "merge", SECOND, ADA, "--yes")
    assert result.exit_code == Exit.REFUSED
    assert "undone: the disk is full" in result.output
    assert ".vitcourse/backups/" in result.output
    assert (marks(root), state(root)) == (before, files)
    assert recover(root) == []


CRASH = """
import os, sys
from pathlib import Path
from autograder.roster import journal, moving

point, root = sys.argv[1], Path(sys.argv[2])
real = journal.shutil.move
count = 0

def move(source, target):
    global count
    count += 1
    if point == "moving" and count == 2:
        os._exit(9)
    real(source, target)

journal.shutil.move = move
if point == "finishing":
    moving.finish = lambda backup: os._exit(9)
holdings = moving.Holdings(root)
holdings.carry_out(holdings.plan_merge(*sys.argv[3:]))
"""


@pytest.mark.parametrize("point", ["moving", "finishing"])
def test_a_crash_leaves_the_old_or_the_new_state(root: Path, point: str) -> None:
    write_roster(root, f"key,name\n{ADA},Ada Park\n{SECOND},Ada P.\n")
    before, files = marks(root), state(root)
    command = [sys.executable, "-c", CRASH, point, str(root), SECOND, ADA]
    assert subprocess.run(command, env=environment(), check=False).returncode == 9
    assert state(root) != files
    result = vitcourse(root, "roster", "merge", "nobody", ADA, "--yes")
    assert "interrupted command was put right" in result.output
    if point == "moving":
        assert (marks(root), state(root)) == (before, files)
    else:
        assert marks(root) == moved(before, SECOND, ADA)
        assert [person.key for person in roster_of(root).people] == [ADA]
    assert recover(root) == []


def test_a_database_server_is_backed_up_by_nobody_here(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = root.parent / "other.db"
    os.replace(root / "gradebook.db", other)
    config = root / "nbgrader_config.py"
    config.write_text(f'{config.read_text()}\nc.CourseDirectory.db_url = "sqlite:///{other}"\n')
    before = marks(root)
    with monkeypatch.context() as patched:
        kind = type(course_settings(root))
        patched.setattr(kind, "gradebook_file", property(lambda settings: None))
        result = vitcourse(root, "roster", "merge", SECOND, ADA, "--yes")
        assert result.exit_code == Exit.REFUSED
        assert "--no-backup" in result.output
        assert marks(root) == before
        result = vitcourse(root, "roster", "merge", SECOND, ADA, "--yes", "--no-backup")
        assert result.exit_code == Exit.FINE, result.output
    assert marks(root) == moved(before, SECOND, ADA)
    assert not (root / "gradebook.db").exists()
    with Gradebook(f"sqlite:///{other}", "vit-course") as gradebook:
        assert gradebook.find_submission(LAB, ADA).score == 7.5
