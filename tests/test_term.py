"""A whole term: four assignments, Moodle and Canvas. `term_plan.py` says what happens in it."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from term_class import RENAMED
from term_course import QUESTIONS
from term_plan import ABSENT, CLASS, DUE, LATE, expected
from term_story import Story

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, LAB_ATTENTION, LAB_FINDINGS

COVERS = (
    "autograder/bridge",
    "autograder/cli",
    "autograder/collect",
    "autograder/records",
    "autograder/roster",
    "autograder/checking/assignments/*.py",
    "tests/term_*.py",
    "tests/course_commands.py",
)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("term")]  # one course for all


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The term from its first day to its last."""
    story = Story(tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("downloads"))
    for assignment in ASSIGNMENTS.values():
        story.course.set_due(assignment, DUE)
    story.import_people()
    story.homework()
    story.feed_back(HOMEWORK)
    story.first_lab()
    story.second_lab()
    story.last_lab()
    story.feed_back(*ASSIGNMENTS.values())
    return story


@pytest.fixture(scope="module")
def rows(term: Story) -> list[dict[str, str]]:
    """The exported table at the end."""
    return term.course.export()


def test_everybody_has_one_key_in_all_assignments(term: Story) -> None:
    assert len(set(term.keys.values())) == len(CLASS)
    there = {path.name for path in term.course.root.glob("submitted/*")}
    assert there == set(term.keys.values())
    assert "--confirm" in term.said["proposal"]


def test_the_table_has_everybody_four_times_with_the_marks_of_the_plan(
    term: Story, rows: list[dict[str, str]]
) -> None:
    assert Counter(row["assignment"] for row in rows) == dict.fromkeys(ASSIGNMENTS, len(CLASS))
    by_place = {(row["assignment"], row["student_id"]): row for row in rows}
    assert len(by_place) == len(rows)
    found, wanted = {}, {}
    for assignment in ASSIGNMENTS.values():
        for person in CLASS:
            row = by_place[assignment.name, term.keys[person.number]]
            place = (assignment.name, person.number)
            found[place] = tuple(
                float(row[name]) for name in ("raw_score", "late_submission_penalty", "score")
            )
            points, penalty = expected(person, assignment)
            wanted[place] = (points, penalty, points - penalty)
    assert found == wanted
    waiting = {k: row["needs_marking"] for k, row in by_place.items() if row["needs_marking"]}
    assert waiting == {(LAB_FINDINGS.name, term.keys[ABSENT]): "nothing handed in"}


def test_names_and_addresses_are_in_the_table(term: Story, rows: list[dict[str, str]]) -> None:
    people = {term.keys[person.number]: person for person in CLASS}
    for row in rows:
        person = people[row["student_id"]]
        names = {row["first_name"], row["last_name"]}
        renamed = person.number == RENAMED and "Shevchenko" in names
        assert renamed or names == {person.first, person.last}, row
        assert row["email"] in (person.email, person.moodle_email()), row


def test_every_page_shows_the_mark_of_the_gradebook(term: Story) -> None:
    for assignment in ASSIGNMENTS.values():
        shown = term.course.page_scores(assignment.name)
        here = [p for p in CLASS if not (p.number == ABSENT and assignment is LAB_FINDINGS)]
        assert shown == term.course.gradebook_scores(assignment.name)
        assert {key: points for key, (points, _) in shown.items()} == {
            term.keys[p.number]: points - penalty
            for p in here
            for points, penalty in [expected(p, assignment)]
        }
    page = term.course.root / "feedback" / term.keys[1] / "vit-cifar10" / "vit-cifar10.html"
    said = page.read_text(encoding="utf-8")
    assert "Well said, 1." in said
    assert "Better." in said


def test_a_changed_answer_asks_for_the_marker_and_an_unchanged_one_does_not(term: Story) -> None:
    late = {term.keys[number]: set(QUESTIONS) for number in (4, *LATE)}
    assert term.waiting == late | {term.keys[1]: {QUESTIONS[0]}}


def test_what_is_out_of_the_ordinary_is_said(term: Story) -> None:
    wrong = [line for line in term.said["homework"].splitlines() if term.keys[4] in line]
    assert any(LAB_ATTENTION.name in line for line in wrong), term.said["homework"]
    late = term.said["second lab"].split(term.keys[6], 1)[1].split("\n")[:4]
    assert any("late" in line.lower() for line in late), late


def test_whoever_handed_in_something_else_is_graded_and_nobody_else(term: Story) -> None:
    assert term.graded_again == {term.keys[number] for number in (1, 2, 4, *LATE)}


def test_nothing_that_was_handed_in_is_lost(term: Story) -> None:
    root = term.course.root
    folders = [root / "submitted", root / ".vitcourse" / "replaced"]
    there = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert not {name for digest, name in term.handed.digests.items() if digest not in there}
