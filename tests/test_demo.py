"""The demo class: each wrong submission loses the points of its own stage and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_course import Demo
from demo_marks import IDS, assert_points_are_lost_in_own_stages_only, scores
from nbgrader.api import Gradebook

from autograder.bridge.config import COURSE_ID
from autograder.checking.assignments import HOMEWORK
from autograder.demo.roster import CLASS
from autograder.demo.students import Student

pytestmark = pytest.mark.slow


def feedback(root: Path, student: Student) -> str:
    folder = root / "feedback" / IDS[student.name] / HOMEWORK.name
    return (folder / f"{HOMEWORK.name}.html").read_text()


@pytest.mark.parametrize("student", CLASS, ids=lambda student: student.name)
def test_points_are_lost_in_the_submissions_own_stages_only(demo: Demo, student: Student) -> None:
    assert_points_are_lost_in_own_stages_only(demo.root, student)


def test_the_untouched_stubs_earn_nothing(demo: Demo) -> None:
    untouched = next(student for student in CLASS if student.notebook == "untouched")
    found = scores(demo.root, untouched)
    assert [found[stage] for stage in HOMEWORK.machine_stages] == [0] * len(HOMEWORK.machine_stages)


def test_the_last_lines_name_who_needs_a_person_and_nobody_else(demo: Demo) -> None:
    named = {
        line.split(":")[0].strip() for line in demo.output.splitlines() if "needs a person" in line
    }
    assert named == {IDS[s.name] for s in CLASS if s.notebook in ("missing", "broken")}


def test_the_table_has_everybody_and_what_is_special(demo: Demo) -> None:
    for name in IDS.values():
        assert name in demo.output


def test_late_is_late(demo: Demo) -> None:
    with Gradebook(f"sqlite:///{demo.root / 'gradebook.db'}", COURSE_ID) as gradebook:
        for student in CLASS:
            submission = gradebook.find_submission(HOMEWORK.name, IDS[student.name])
            assert (submission.total_seconds_late > 0) == (student.late_hours > 0)


@pytest.mark.parametrize("student", CLASS, ids=lambda student: student.name)
def test_everybody_gets_a_feedback_page_without_script_or_model_answers(
    demo: Demo, student: Student
) -> None:
    page = feedback(demo.root, student)
    assert "<script>document" not in page
    assert "onerror" not in page
    assert "javascript:alert" not in page
    assert "Model answer" not in page
    for stage in student.loses:
        assert f"stage {stage}" in page


def test_the_written_answers_wait_for_a_person(demo: Demo) -> None:
    with Gradebook(f"sqlite:///{demo.root / 'gradebook.db'}", COURSE_ID) as gradebook:
        notebook = gradebook.find_submission_notebook(HOMEWORK.name, HOMEWORK.name, IDS["Ada Park"])
        answers = [grade for grade in notebook.grades if grade.name.startswith("questions")]
        (questions,) = (stage for stage in HOMEWORK.stages if stage.key == "questions")
        assert sum(grade.max_score for grade in answers) == questions.points
        assert all(grade.needs_manual_grade for grade in answers)


def test_curves_were_drawn(demo: Demo) -> None:
    (picture,) = (demo.root / ".vitcourse" / "weights").rglob("curves.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
