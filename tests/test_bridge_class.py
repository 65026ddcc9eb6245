"""A class of submissions through nbgrader's own commands: whose mark is what, and who is named."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, MODEL_ANSWER, NOTEBOOK, Course, commands
from bridge_pages import acting_parts, hostile_notebook
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.bridge.formulas import ATTRIBUTES, ELEMENTS
from autograder.bridge.run import Remark, RunResult, autograde

pytestmark = pytest.mark.slow

PICTURE = "iVBORw0KGgo="
FULL = {"attention": 20.0, "training": 10.0}
NONE = {"attention": 0.0, "training": 0.0}
NO_VERDICT = {"attention": None, "training": None}
FORGERY = """
from nbgrader.api import Gradebook
from pathlib import Path
Path("../../../forged").touch()
with Gradebook("sqlite:///../../../gradebook.db") as gradebook:
    for grade in gradebook.find_submission("vit-cifar10", "forger").notebooks[0].grades:
        grade.manual_score = 396
    gradebook.db.commit()
396
"""


def grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def answered(released: NotebookNode) -> NotebookNode:
    """An honest notebook: both questions answered, a picture drawn."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        if grade_id(cell) in ("patch-size", "class-token"):
            cell.source = f"My answer on {grade_id(cell)}."
    notebook.cells[1].outputs = [new_output("display_data", {"image/png": PICTURE})]
    return notebook


def forged(honest: NotebookNode) -> NotebookNode:
    """A notebook that would mark itself, were it run or believed."""
    notebook = copy.deepcopy(honest)
    notebook.cells.insert(0, new_code_cell(FORGERY))
    notebook.cells.insert(1, new_code_cell("import sys; sys.modules['checking'] = None"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = ["skip-execution"]
        if grade_id(cell) == "attention":
            cell.source = "print(20)\n20"
            cell.metadata.nbgrader.update(points=400)
            cell.outputs = [
                new_output("stream", text="20"),
                new_output("execute_result", {"text/plain": "400"}, execution_count=1),
            ]
        if grade_id(cell) == "training":
            cell.metadata.nbgrader.update(solution=True, locked=False, checksum="0" * 32)
    return notebook


def hand_in_class(course: Course) -> None:
    """Submissions of every kind."""
    honest = answered(course.released())
    course.hand_in("ann", honest)
    course.hand_in("blank", course.released(), wish="wrong")
    course.hand_in("wrong", honest, wish="wrong")
    course.hand_in("forger", forged(honest), wish="wrong")
    loud = copy.deepcopy(honest)
    for cell in loud.cells:
        if grade_id(cell) in FULL:
            cell.outputs = [new_output("stream", name="stderr", text="UserWarning: slow")]
    course.hand_in("loud", loud)
    doubled = copy.deepcopy(honest)
    doubled.cells += copy.deepcopy(honest.cells)
    course.hand_in("doubled", doubled)
    deleted = copy.deepcopy(honest)
    deleted.cells = [c for c in deleted.cells if grade_id(c) not in ("attention", "patch-size")]
    course.hand_in("deleted", deleted)
    bare = copy.deepcopy(honest)
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    course.hand_in("bare", bare)
    course.hand_in("script", {**hostile_notebook(), "metadata": {"title": "</title><script>"}})
    course.hand_in("cut", json.dumps(honest)[:400])
    course.hand_in("none")
    course.hand_in("renamed", honest, name="vit-cifar10 (1).ipynb")
    course.hand_in("several", honest, name="a.ipynb")
    course.hand_in("several", honest, name="b.ipynb")
    course.hand_in("breaks", honest, wish="right, but the grader breaks")
    course.hand_in("half", honest, wish="right, but attention has no verdict")
    course.hand_in("greedy", honest, wish="right, but attention is worth too much")
    course.hand_in("timeless", honest)
    (course.folder("timeless") / "timestamp.txt").write_text("yesterday, I think")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """A graded class, with one answer marked by hand, feedback and exported marks."""
    course = Course(tmp_path_factory.mktemp("course"))
    hand_in_class(course)
    (course.root / "notebooks" / ASSIGNMENT / "utils.py").write_text("right")
    with commands():
        yield course


@pytest.fixture(scope="module")
def result(course: Course) -> RunResult:
    """How grading the class ended."""
    return autograde(Path(os.path.relpath(course.root)))


@pytest.fixture(scope="module")
def graded(course: Course, result: RunResult) -> Course:
    """The course when its class is graded, with feedback and exported marks."""
    course.mark("ann", "patch-size", 11, comment="Nearly all of it: **see** the slides.")
    course.nbgrader("generate_feedback", ASSIGNMENT)
    course.nbgrader("export")
    return course


def machine_scores(course: Course, student: str) -> dict[str, float | None]:
    return {key: score for key, score in course.scores(student).items() if key in FULL}


@pytest.mark.parametrize(
    ("student", "scores"),
    [
        ("ann", FULL),
        ("blank", NONE),
        ("wrong", NONE),
        ("forger", NONE),
        ("loud", FULL),
        ("doubled", FULL),
        ("deleted", FULL),
        ("bare", FULL),
        ("script", FULL),
        ("cut", FULL),
        ("none", FULL),
        ("renamed", FULL),
        ("several", FULL),
        ("breaks", NO_VERDICT),
        ("half", {"attention": None, "training": 10.0}),
        ("greedy", {"attention": None, "training": 10.0}),
        ("timeless", FULL),
    ],
)
def test_the_verdict_alone_is_the_score(
    graded: Course, student: str, scores: dict[str, float | None]
) -> None:
    assert machine_scores(graded, student) == scores
    lacking = {key for key, score in scores.items() if score is None}
    assert graded.open_marks(student) & set(FULL) == lacking


def test_no_cell_of_a_student_is_run(graded: Course) -> None:
    assert not (graded.root / "forged").exists()
    assert graded.marks()["forger"]["raw_score"] == "0.0"


def test_the_students_python_files_are_theirs(graded: Course) -> None:
    copied = graded.root / "autograded" / "wrong" / ASSIGNMENT / "utils.py"
    assert copied.read_text() == "wrong"


@pytest.mark.parametrize(
    "student", ["ann", "forger", "loud", "doubled", "bare", "renamed", "breaks", "timeless"]
)
def test_answers_arrive_and_wait_for_a_person(graded: Course, student: str) -> None:
    for key in ("patch-size", "class-token"):
        assert graded.cell(student, key).source == f"My answer on {key}."
        assert graded.scores(student)[key] is None


def test_an_untouched_answer_is_no_response(graded: Course) -> None:
    assert graded.scores("blank")["patch-size"] == 0.0
    assert "No response." in graded.feedback("blank")


@pytest.mark.parametrize("student", ["cut", "none", "several", "deleted"])
def test_an_answer_that_was_not_seen_is_no_zero(graded: Course, student: str) -> None:
    assert graded.scores(student)["patch-size"] is None
    assert "patch-size" in graded.open_marks(student)


def test_the_report_stands_in_the_check_cell_and_the_forged_output_does_not(
    graded: Course,
) -> None:
    (output,) = graded.cell("forger", "attention").outputs
    assert "expected 1, got" in output.data["text/plain"]
    assert "<script>" not in output.data["text/html"]
    assert graded.cell("forger", "attention").metadata.nbgrader.points == 20


def test_the_students_own_pictures_stay(graded: Course) -> None:
    assert PICTURE in graded.shown("ann")
    assert PICTURE in graded.feedback("ann")


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("cut", "cannot be read: the file is cut off, damaged or too large"),
        ("none", "had no notebook"),
        ("several", "several notebooks"),
        ("renamed", "It was graded all the same"),
        ("timeless", "time of your handing in could not be read"),
        ("breaks", "this costs you nothing, a person will look"),
        ("deleted", "`attention` was missing and has been put back"),
        ("doubled", "`attention` stood in the notebook 2 times"),
    ],
)
def test_the_student_reads_what_was_wrong(graded: Course, student: str, words: str) -> None:
    assert words in graded.shown(student)


@pytest.mark.parametrize(
    ("student", "words", "needs_person"),
    [
        ("cut", "cannot be read", True),
        ("none", "no notebook in the submission", True),
        ("several", "several notebooks", True),
        ("renamed", "had another name", False),
        ("breaks", "no verdict on attention, training", True),
        ("half", "no verdict on attention", True),
        ("greedy", "no verdict on attention", True),
        ("timeless", "holds no time", True),
    ],
)
def test_the_last_lines_name_the_problem(
    result: RunResult, student: str, words: str, needs_person: bool
) -> None:
    (remark,) = [remark for remark in result.remarks if remark.student == student]
    assert words in remark.words
    assert remark.needs_person is needs_person
    assert any(student in line and words in line for line in result.last_lines())


def test_the_exit_status_and_the_count_tell_of_the_problems(result: RunResult) -> None:
    assert result.exit_code == 1
    assert len({remark.student for remark in result.remarks}) == 8
    assert result.last_lines()[0].startswith("10 of 17 submissions graded")


def test_marks_tell_what_is_open_from_a_zero(graded: Course) -> None:
    marks = graded.marks()
    assert set(marks) == {path.name for path in (graded.root / "submitted").iterdir()}
    assert (marks["blank"]["score"], marks["blank"]["needs_marking"]) == ("0.0", "")
    assert marks["breaks"]["score"] == ""
    assert "attention" in marks["breaks"]["needs_marking"].split()
    assert marks["ann"]["raw_score"] == "41.0"
    assert marks["ann"]["needs_marking"] == "class-token"


def test_feedback_has_report_comment_and_what_is_open(graded: Course) -> None:
    page = graded.feedback("ann")
    assert "It works." in page
    assert "Nearly all of it: <strong>see</strong> the slides." in page
    assert "Not marked yet:" in page
    assert "Not marked yet:" not in graded.feedback("blank")


def test_no_model_answer_and_no_mark_of_a_solution_reaches_students(graded: Course) -> None:
    assert "SOLUTION" not in json.dumps(graded.released())
    for path in [*graded.root.glob("release/**/*.*"), *graded.root.glob("feedback/**/*.html")]:
        assert MODEL_ANSWER not in path.read_text()


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_no_payload_acts_in_a_browser(graded: Course, tmp_path: Path) -> None:
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(hostile_notebook())
    control = tmp_path / "control.html"
    control.write_text(page)
    assert 'data-acted="yes"' in shown_by_chromium(control)
    feedback = graded.root / "feedback" / "script" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert "data-acted" not in shown_by_chromium(feedback)


def shown_by_chromium(page: Path) -> str:
    """The page's document after its scripts have run."""
    command = "chromium --headless=new --no-sandbox --disable-gpu --virtual-time-budget=2000"
    done = subprocess.run(
        [*command.split(), "--dump-dom", page.as_uri()], capture_output=True, text=True, check=True
    )
    assert "markdown 3" in done.stdout
    return done.stdout


@pytest.mark.parametrize("student", ["script", "blank"])
def test_nothing_acts_on_a_feedback_page(graded: Course, student: str) -> None:
    page = graded.feedback(student)
    formulas = BeautifulSoup(page, features="html.parser").find_all("math")
    parts = [part for formula in formulas for part in (formula, *formula.find_all(True))]
    assert all(part.name in ELEMENTS and part.attrs.keys() <= ATTRIBUTES for part in parts)
    assert [part for part in acting_parts(page) if not part.startswith("<math ")] == []
    head = page.partition("<body")[0]
    assert "<script" not in head
    assert "default-src 'none'" in head


def test_submissions_stay_as_they_were_handed_in(graded: Course) -> None:
    assert [path.name for path in sorted(graded.folder("none").iterdir())] == ["utils.py"]
    assert not (graded.folder("renamed") / NOTEBOOK).exists()
    assert [path.name for path in (graded.root / ".vitcourse").iterdir()] == ["records"]


def test_a_second_run_changes_nothing_and_names_the_same(graded: Course, result: RunResult) -> None:
    before = {name: graded.scores(name) for name in result.students}
    marked = graded.root / "autograded" / "none" / ASSIGNMENT / NOTEBOOK
    made = marked.stat().st_mtime_ns
    again = autograde(graded.root, [*result.students, "nobody"])
    assert again.students == result.students
    assert set(again.remarks) == {*result.remarks, Remark("nobody", "nothing handed in")}
    assert {name: graded.scores(name) for name in result.students} == before
    assert marked.stat().st_mtime_ns == made
