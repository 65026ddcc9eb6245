"""A course made by an older tree, in mid-term: the tree as it is gives the same marks.

`tests/fixtures/README.md` says how the course was made; its `grades.csv` is what counts.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest
from course_commands import Commands, table
from demo_course import environment

from autograder.sandbox.tiers import TIERS

FIXTURE = Path(__file__).parent / "fixtures" / "midterm.tar.xz"
ASSIGNMENT = "vit-cifar10"
# 1: somebody has to look, as the marks that are still open say.
DONE = (0, 1)


def unpacked(folder: Path) -> Commands:
    """The course in mid-term."""
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    return Commands(folder / "midterm")


def marks(rows: list[dict[str, str]]) -> dict[str, tuple[float, float | None, frozenset[str]]]:
    """Points, mark and open cells, by student."""
    return {
        row["student_id"]: (
            float(row["raw_score"]),
            float(row["score"]) if row["score"] else None,
            frozenset(row["needs_marking"].split()),
        )
        for row in rows
    }


def comments(course: Commands) -> dict[tuple[str, str], str]:
    """Every comment that a person wrote, by student and cell."""
    with course.gradebook() as gradebook:
        return {
            (each.student.id, comment.name): comment.manual_comment
            for each in gradebook.notebook_submissions(ASSIGNMENT, ASSIGNMENT)
            for comment in each.comments
            if comment.manual_comment
        }


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The course as the older tree left it."""
    return unpacked(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The course after `vitcourse grade` by the tree as it is."""
    made = unpacked(tmp_path_factory.mktemp("midterm"))
    made.run("vitcourse", "grade", status=DONE)
    return made


def test_the_fixture_holds_what_makes_a_mid_term(before: Commands) -> None:
    found = marks(table(before.root / "grades.csv"))
    assert len(found) == 20
    assert sum(score is None for _, score, _ in found.values()) == 11
    assert len(comments(before)) == 14


def test_who_changed_nothing_is_not_graded_again(before: Commands, course: Commands) -> None:
    assert course.graded_copies(ASSIGNMENT) == before.graded_copies(ASSIGNMENT)


def test_every_mark_is_as_it_was(before: Commands, course: Commands) -> None:
    assert marks(course.export()) == marks(table(before.root / "grades.csv"))
    assert comments(course) == comments(before)


def test_every_page_shows_the_mark_of_the_gradebook(before: Commands, course: Commands) -> None:
    course.run("vitcourse", "feedback")
    shown = course.page_scores(ASSIGNMENT)
    assert shown == course.gradebook_scores(ASSIGNMENT)
    kept = marks(table(before.root / "grades.csv"))
    assert {name: points for name, (points, _) in shown.items()} == {
        name: points for name, (points, _, _) in kept.items()
    }


@pytest.mark.slow
@pytest.mark.skipif(all(tier.trouble() for tier in TIERS), reason="needs a sandbox")
def test_grading_everybody_again_changes_no_mark(before: Commands, tmp_path: Path) -> None:
    course = unpacked(tmp_path)
    words = ["vitcourse", "grade", "--regrade", "--yes"]
    # Students' code is run here, by a process that has imported nothing before.
    assert subprocess.run(words, cwd=course.root, env=environment(TZ="UTC")).returncode in DONE
    after = course.graded_copies(ASSIGNMENT)
    assert all(after[name] > at for name, at in before.graded_copies(ASSIGNMENT).items())
    assert marks(course.export()) == marks(table(before.root / "grades.csv"))
    assert comments(course) == comments(before)
    course.run("vitcourse", "feedback")
    assert course.page_scores(ASSIGNMENT) == course.gradebook_scores(ASSIGNMENT)
