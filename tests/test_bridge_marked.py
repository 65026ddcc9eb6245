"""Marks by hand through resubmissions: each counts for the text it was given for."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, Course, commands
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.bridge.run import RunResult, autograde
from autograder.records.records import Records

pytestmark = pytest.mark.slow

FORGOTTEN = ("old-same", "old-spaces", "old-html", "old-changed", "old-code")


@dataclass(frozen=True)
class Entry:
    """What the gradebook has of one cell."""

    score: float | None
    extra_credit: float | None
    comment: str | None
    waits: bool


def answered(
    released: NotebookNode, first: str, second: str = "It gathers it all."
) -> NotebookNode:
    """The notebook with both questions answered."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = {"patch-size": first, "class-token": second}.get(name, cell.source)
    return notebook


def below(notebook: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """The notebook with a cell of the student's own below the first answer."""
    notebook = copy.deepcopy(notebook)
    places = {
        each.metadata.get("nbgrader", {}).get("grade_id"): n
        for n, each in enumerate(notebook.cells)
    }
    notebook.cells.insert(places["patch-size"] + 1, cell)
    return notebook


def pasted(released: NotebookNode, picture: str) -> NotebookNode:
    """The notebook with a picture pasted into the first answer."""
    notebook = answered(released, "See ![it](attachment:a.png)")
    for cell in notebook.cells:
        if "attachment:" in cell.source:
            cell.attachments = {"a.png": {"image/png": picture}}
    return notebook


def first_round(course: Course) -> None:
    """Everybody hands in, is graded by nbgrader's own command, and is marked."""
    new, html = course.released(), 'A <b>bold</b> <span onclick="x">claim</span>'
    course.hand_in("same", answered(new, "Four is small."))
    course.hand_in("changed", answered(new, "Four is small."))
    course.hand_in("emptied", answered(new, "Four is small."))
    course.hand_in("broken", answered(new, "Four is small."))
    course.hand_in("untouched", new)
    course.hand_in("html", answered(new, html))
    course.hand_in("picture", pasted(new, "aaaa"))
    course.hand_in("same-picture", pasted(new, "aaaa"))
    course.hand_in("below", below(answered(new, "Four,"), new_markdown_cell("as it is small.")))
    plot = new_code_cell("draw()", outputs=[new_output("stream", text="4")])
    course.hand_in("output", below(answered(new, "Four, see:"), plot))
    course.hand_in("elsewhere", below(new, new_markdown_cell("Four is small.")))
    course.hand_in("code", answered(new, "Four."), wish="wrong")
    course.hand_in("other-code", answered(new, "Four."), wish="wrong")
    for name in FORGOTTEN:
        course.hand_in(name, answered(new, html if "html" in name else "Four is small."))
    course.nbgrader("autograde", ASSIGNMENT)
    everybody = [path.name for path in (course.root / "submitted").iterdir()]
    for name in everybody:
        course.mark(name, "patch-size", 7, comment="Say **why**.")
        course.mark(name, "class-token", 5)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("patch-size", ASSIGNMENT, ASSIGNMENT, "changed")
        grade.extra_credit = 2
        gradebook.db.commit()
    for name in ("code", "other-code", "old-code"):
        course.mark(name, "attention", 15)
    for name in FORGOTTEN:
        Records(course.root).forget(name)


def second_round(course: Course) -> None:
    """Everybody hands in again; `autograded/` is overwritten."""
    new, html = course.released(), 'A <b>bold</b> <span onclick="x">claim</span>'
    course.hand_in("same", answered(new, "\nFour  is small. \n"))
    course.hand_in("changed", answered(new, "Four is large."))
    course.hand_in("emptied", answered(new, ""))
    course.hand_in("broken", '{"cells": [')
    course.hand_in("picture", pasted(new, "bbbb"))
    course.hand_in("below", below(answered(new, "Four,"), new_markdown_cell("as it is large.")))
    plot = new_code_cell("draw()", outputs=[new_output("stream", text="5")])
    course.hand_in("output", below(answered(new, "Four, see:"), plot))
    course.hand_in("elsewhere", below(new, new_markdown_cell("Four is large.")))
    (course.folder("code") / "transformer-attention.py").write_text("scores = 1")
    (course.folder("other-code") / "ViT.py").write_text("patches = 1")
    course.hand_in("old-spaces", answered(new, "Four\nis small."))
    course.hand_in("old-html", answered(new, html))
    course.hand_in("old-changed", answered(new, "Four is large."))
    (course.folder("old-code") / "transformer-attention.py").write_text("scores = 1")
    course.nbgrader("autograde", ASSIGNMENT, "--force")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class that was marked and has handed in again."""
    course = Course(tmp_path_factory.mktemp("course"))
    first_round(course)
    second_round(course)
    return course


@pytest.fixture(scope="module")
def result(course: Course) -> RunResult:
    """A third round through the course's own run: some go back, some were marked again."""
    course.mark("picture", "patch-size", 3, comment="The other one was better.")
    course.hand_in("changed", answered(course.released(), "Four is small."))
    course.hand_in("broken", answered(course.released(), "Four is small."))
    with commands():
        return autograde(course.root, force=True)


def entry(course: Course, student: str, cell: str) -> Entry:
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, student)
        comment = None
        if cell != "attention":
            found = gradebook.find_comment(cell, ASSIGNMENT, ASSIGNMENT, student)
            comment = found.manual_comment
        return Entry(grade.manual_score, grade.extra_credit, comment, grade.needs_manual_grade)


KEPT = Entry(7, None, "Say **why**.", waits=False)
ASKED = Entry(None, None, None, waits=True)


@pytest.mark.parametrize(
    "student",
    [
        "same",
        "untouched",
        "html",
        "same-picture",
        "other-code",
        "old-same",
        "old-spaces",
        "old-html",
    ],
)
def test_an_unchanged_answer_keeps_its_mark_and_asks_nobody(course: Course, student: str) -> None:
    assert entry(course, student, "patch-size") == KEPT
    assert entry(course, student, "class-token") == Entry(5, None, None, waits=False)
    assert "For the marker" not in course.shown(student)


@pytest.mark.parametrize(
    "student",
    ["changed", "emptied", "broken", "picture", "below", "output", "elsewhere", "old-changed"],
)
def test_a_changed_answer_asks_with_the_last_mark_beside_it(course: Course, student: str) -> None:
    assert entry(course, student, "patch-size") == ASKED
    sources = [cell.source for cell in course.graded(student).cells]
    place = sources.index(course.cell(student, "patch-size").source)
    assert "7 of 12" in sources[place - 1]
    assert "> Say **why**." in sources[place - 1]


def test_the_note_names_extra_credit(course: Course) -> None:
    assert "and 2 of extra credit" in course.shown("changed")


def test_the_answers_beside_a_changed_one_keep_their_marks(course: Course) -> None:
    for student in ("changed", "emptied", "picture", "below"):
        assert entry(course, student, "class-token") == Entry(5, None, None, waits=False)


@pytest.mark.parametrize("student", ["code", "old-code"])
def test_an_overruled_verdict_belongs_to_the_stages_files(course: Course, student: str) -> None:
    assert entry(course, student, "attention") == ASKED
    assert "for earlier files: 15 of 20" in course.shown(student)


def test_an_overruled_verdict_stays_when_other_files_change(course: Course) -> None:
    assert entry(course, "other-code", "attention") == Entry(15, None, None, waits=False)


def test_the_table_counts_what_waits(course: Course, result: RunResult) -> None:
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("new", first_name="Nu", last_name="Ew", email="n@e.org")
        gradebook.update_or_create_student("absent")
    course.folder("new").mkdir(parents=True)
    course.nbgrader("export")
    shutil.rmtree(course.folder("new"))
    marks = course.marks()
    assert (marks["new"]["needs_marking"], marks["new"]["score"]) == ("not graded yet", "")
    assert marks["new"]["first_name"] + marks["new"]["last_name"] == "NuEw"
    assert marks["new"]["email"] == "n@e.org"
    assert (marks["absent"]["needs_marking"], marks["absent"]["score"]) == (
        "nothing handed in",
        "0.0",
    )
    assert (marks["same"]["needs_marking"], marks["same"]["score"]) == ("", "42.0")
    assert (marks["emptied"]["needs_marking"], marks["emptied"]["score"]) == ("patch-size", "")
    assert (marks["code"]["needs_marking"], marks["code"]["score"]) == ("attention", "")


def test_an_earlier_text_brings_its_mark_back(course: Course, result: RunResult) -> None:
    assert entry(course, "changed", "patch-size") == Entry(7, 2, "Say **why**.", waits=False)
    assert entry(course, "broken", "patch-size") == KEPT
    assert "For the marker" not in course.shown("changed")


def test_a_mark_given_between_two_runs_belongs_to_the_new_text(
    course: Course, result: RunResult
) -> None:
    expected = Entry(3, None, "The other one was better.", waits=False)
    assert entry(course, "picture", "patch-size") == expected
    given = Records(course.root).read("marked", "picture", ASSIGNMENT)
    assert given is not None
    assert [mark["score"] for mark in given["marks"]["patch-size"]] == [7, 3]


def test_a_second_run_still_asks_what_nobody_answered(course: Course, result: RunResult) -> None:
    assert entry(course, "below", "patch-size") == ASKED
    assert course.shown("below").count("For the marker") == 1


def test_the_last_lines_count_answers_and_name_what_the_machine_left(result: RunResult) -> None:
    lines = result.last_lines()
    assert lines[0] == "16 of 18 submissions graded by the machine."
    assert lines[-1] == "5 answers of 5 students wait for marking in formgrader."
    named = {line.split(":")[0].strip() for line in lines if "needs a person" in line}
    assert named == {"code", "old-code"}
    assert result.exit_code == 1


def test_nothing_is_left_open_only_where_nothing_waits(course: Course, result: RunResult) -> None:
    with commands():
        again = autograde(course.root, ["same", "picture"])
    assert again.last_lines() == ["2 of 2 submissions graded, with nothing left open."]
    assert again.exit_code == 0


def test_a_run_that_dies_loses_no_mark(course: Course, result: RunResult) -> None:
    good = answered(course.released(), "Four is small.")
    stumbling = copy.deepcopy(good)
    stumbling.cells.append(new_markdown_cell("stumble"))
    course.hand_in("same", stumbling)
    only = "--CourseDirectory.student_id=same"
    for _ in range(2):
        course.nbgrader("autograde", ASSIGNMENT, "--force", only, status=1)
    course.hand_in("same", good)
    course.nbgrader("autograde", ASSIGNMENT, "--force", only)
    assert entry(course, "same", "patch-size") == KEPT


def test_a_mark_taken_back_does_not_return(course: Course, result: RunResult) -> None:
    with course.gradebook() as gradebook:
        for cell in ("patch-size", "class-token"):
            grade = gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, "html")
            grade.manual_score, grade.needs_manual_grade = None, True
            comment = gradebook.find_comment(cell, ASSIGNMENT, ASSIGNMENT, "html")
            comment.manual_comment = None
        gradebook.db.commit()
    course.nbgrader("autograde", ASSIGNMENT, "--force", "--CourseDirectory.student_id=html")
    assert entry(course, "html", "patch-size") == ASKED
    assert "For the marker" not in course.shown("html")


def test_nothing_of_it_lies_outside_the_private_folder(course: Course) -> None:
    kept = sorted(path.relative_to(course.root) for path in course.root.rglob("marked.json"))
    assert all(path.parts[0] == ".vitcourse" for path in kept)
    assert Path(".vitcourse", "records", "same", ASSIGNMENT, "marked.json") in kept
