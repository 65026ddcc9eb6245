"""`vitcourse feedback`: every page says what the gradebook says, and nothing older stays."""

from __future__ import annotations

import base64
import copy
import shutil
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, CONFIG, MODEL_ANSWER, Course
from bs4 import BeautifulSoup, Tag
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from typer.testing import CliRunner, Result

from autograder.bridge.feedback import write_feedback
from autograder.bridge.marks import waits
from autograder.cli.main import app

pytestmark = pytest.mark.slow

PICTURE = "iVBORw0KGgo="
LATE = """
from nbgrader.plugins import LateSubmissionPlugin

class Late(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 4
"""
SETTINGS = """
c.AssignLatePenalties.plugin_class = "late.Late"
c.Exchange.root = "exchange"
c.CourseDirectory.course_id = "vit-course"
"""


def answered(released: NotebookNode, first: str) -> NotebookNode:
    """The notebook with both questions answered."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = {"patch-size": first, "class-token": "It gathers."}.get(name, cell.source)
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded class, partly marked."""
    course = Course(tmp_path_factory.mktemp("course"))
    (course.root / "nbgrader_config.py").write_text(CONFIG + SETTINGS)
    (course.root / "late.py").write_text(LATE)
    new = course.released()
    shown = answered(new, "As $n = \\frac{HW}{P^2}$ says: ![p](plot.png)")
    shown.cells[1].outputs = [
        new_output("display_data", {"image/png": PICTURE}),
        new_output("display_data", {"text/latex": "$$x_i^2$$", "text/plain": "x"}),
    ]
    shown.cells.append(new_markdown_cell("<b>bold</b> $a_1$ and `$code$` <img src='plot.png'>"))
    course.hand_in("ann", shown)
    (course.folder("ann") / "plot.png").write_bytes(base64.b64decode(PICTURE))
    (course.folder("ann") / "vit.safetensors").write_bytes(b"weights")
    course.hand_in("bob", answered(new, "Four."), wish="wrong")
    course.hand_in("cleo", answered(new, "Four."))
    course.hand_in("dora", answered(new, "Four."))
    (course.folder("cleo") / "timestamp.txt").write_text("2026-05-02 10:00:00 UTC")
    (course.folder("cleo") / "submission_secret.txt").write_text("cleo's own")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-05-01")
    course.nbgrader("autograde", ASSIGNMENT)
    for student in ("ann", "cleo", "dora"):
        course.mark(student, "patch-size", 7.5, comment="See $d_k$, **please**.")
        course.mark(student, "class-token", 8)
    return course


def feedback(course: Course, *arguments: str, status: int = 0) -> Result:
    """Run the command."""
    done = CliRunner().invoke(app, ["feedback", *arguments, "--course", str(course.root)])
    assert done.exit_code == status, done.output
    return done


def page(course: Course, student: str) -> BeautifulSoup:
    return BeautifulSoup(course.feedback(student), features="html.parser")


def row(found: BeautifulSoup, cell: str) -> list[str]:
    """A row of the table at the top."""
    line = found.select_one(f'tr[data-cell="{cell}"]')
    assert isinstance(line, Tag)
    return [each.get_text() for each in line.find_all(["td", "th"])][1:]


def check_pages(course: Course, students: set[str]) -> None:
    """Every page says what the gradebook says, cell by cell and in all."""
    assert {path.parts[-3] for path in course.root.glob("feedback/*/*/*.html")} == students
    for student in students:
        found = page(course, student)
        with course.gradebook() as gradebook:
            submitted = gradebook.find_submission(ASSIGNMENT, student)
            for grade in submitted.notebooks[0].grades:
                given = grade.auto_score is not None or grade.manual_score is not None
                extra = f" ({grade.extra_credit:g} extra)" if grade.extra_credit else ""
                later = " (not final)" if waits(grade) else ""
                points = f"{grade.score:g}{extra}{later}" if given else "not marked yet"
                assert row(found, grade.name) == [points, f"{grade.max_score:g}"]
            total = submitted.score - (submitted.late_submission_penalty or 0)
            assert row(found, "total") == [f"{total:g}", f"{submitted.max_score:g}"]
            is_open = any(waits(grade) for grade in submitted.notebooks[0].grades)
            assert (found.select_one(".open") is not None) == is_open


def times(course: Course) -> dict[str, int]:
    return {p.parts[-3]: p.stat().st_mtime_ns for p in course.root.glob("feedback/*/*/*.html")}


def test_pages_follow_the_marks(course: Course) -> None:
    assert "4 page(s) written, 0 unchanged." in feedback(course).output
    check_pages(course, {"ann", "bob", "cleo", "dora"})
    assert row(page(course, "cleo"), "late") == ["−4", ""]

    before = times(course)
    assert "0 page(s) written, 4 unchanged." in feedback(course).output
    assert times(course) == before

    course.mark("bob", "patch-size", 3)
    with course.gradebook() as gradebook:
        gradebook.find_grade("patch-size", ASSIGNMENT, ASSIGNMENT, "dora").extra_credit = 1.5
        gradebook.find_comment("class-token", ASSIGNMENT, ASSIGNMENT, "ann").manual_comment = "Why?"
        gradebook.db.commit()
    assert "3 page(s) written, 1 unchanged." in feedback(course).output
    check_pages(course, {"ann", "bob", "cleo", "dora"})
    assert "Why?" in course.feedback("ann")

    course.hand_in("dora", answered(course.released(), "Eight."))
    course.nbgrader("autograde", ASSIGNMENT, "--force", "--CourseDirectory.student_id=dora")
    assert "1 page(s) written" in feedback(course, "dora").output
    check_pages(course, {"ann", "bob", "cleo", "dora"})
    text = page(course, "dora").get_text()
    assert "For the marker" not in text
    assert "see $d_k$" not in text.lower()


def test_a_page_is_one_file_that_loads_nothing(course: Course) -> None:
    feedback(course)
    folder = course.root / "feedback" / "ann" / ASSIGNMENT
    assert {path.name for path in folder.iterdir()} == {
        f"{ASSIGNMENT}.html", "timestamp.txt", "submission_secret.txt",
    }  # fmt: skip
    found = page(course, "ann")
    assert not found.find_all(["script", "link", "iframe"])
    assert MODEL_ANSWER not in str(found)
    assert all(str(image["src"]).startswith("data:") for image in found.find_all("img"))
    assert len(found.find_all("img")) == 3
    assert "<code>$code$</code>" in str(found)
    shown = [formula.get_text() for formula in found.find_all("math")]
    assert shown == ["xi2", "n=HWP2", "dk", "a1"]


def test_nbgraders_command_makes_the_same_page(course: Course) -> None:
    feedback(course)
    ours = course.feedback("ann")
    course.nbgrader("generate_feedback", ASSIGNMENT, "--force")
    assert course.feedback("ann") == ours
    copied = course.root / "feedback" / "ann" / ASSIGNMENT / "vit.safetensors"
    assert copied.exists()
    course.mark("ann", "class-token", 2)
    feedback(course)
    assert not copied.exists()


def test_an_outdated_page_that_something_else_wrote_is_written_again(course: Course) -> None:
    feedback(course)
    old = course.feedback("bob")
    course.mark("bob", "class-token", 1)
    course.nbgrader("generate_feedback", ASSIGNMENT, "--force")
    course.mark("bob", "class-token", 2)
    feedback(course)
    course.mark("bob", "class-token", 1)
    (course.root / "feedback" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.html").write_text(old)
    feedback(course)
    assert row(page(course, "bob"), "class-token")[0] == "1"


def test_pages_are_released_for_people_of_a_learning_platform_too(course: Course) -> None:
    exchange = course.root / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)
    feedback(course)
    course.nbgrader("release_feedback", ASSIGNMENT)
    released = {path.read_text() for path in exchange.rglob("*.html")}
    assert released == {course.feedback(name) for name in ("ann", "bob", "cleo", "dora")}
    folder = course.root / "feedback" / "cleo" / ASSIGNMENT
    assert (folder / "submission_secret.txt").read_text() == "cleo's own"


def test_what_is_not_graded_has_no_page_and_is_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "course"
    feedback(course)
    shutil.copytree(course.root, root)
    copied = copy.copy(course)
    copied.root = root
    shutil.rmtree(root / "autograded" / "bob")
    shutil.copytree(root / "feedback" / "bob", root / "feedback" / "gone")
    (root / "autograded" / "cleo" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_text("{")
    copied.mark("cleo", "class-token", 1)
    output = feedback(copied, status=1).output
    assert (
        f"bob: page removed: is not graded: vitcourse grade bob --assignment {ASSIGNMENT}" in output
    )
    assert "gone: page removed: is not in the gradebook" in output
    assert "cleo: no page: could not be written" in output
    assert not (root / "feedback" / "gone").exists()
    check_pages(copied, {"ann", "dora"})
    assert write_feedback(root, ["nobody"]).failed == {"nobody": "is not in the gradebook"}
