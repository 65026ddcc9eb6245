"""Submission folders and weights that attack the grading, graded as `vitcourse grade` does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import folders, trained
from attacks.attack import SOLUTIONS
from attacks.course import Course, leftovers
from attacks.folders import FolderAttack
from attacks.reports import assert_readable
from attacks.trained import WeightsAttack

from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.checking.feedback.report import as_text
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader
from autograder.places import ROOT

# Without the sandbox these submissions would run on the tester's own machine.
pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(CourseConfig(data="sample"), b"a secret of the tests") as made:
        yield made


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path / "course")


@pytest.fixture
def submission(course: Course) -> Path:
    """The solutions, handed in beside a neighbour's."""
    folder = course.root / "submitted" / "mallory" / "vit-cifar10"
    folder.mkdir(parents=True)
    for name, text in SOLUTIONS.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def points(reports: dict[str, StageReport]) -> dict[str, int | None]:
    return {stage: reports[stage].earned for stage in HOMEWORK.code_stages}


@pytest.mark.parametrize("attack", folders.ATTACKS, ids=lambda attack: attack.name)
def test_folder(attack: FolderAttack, grader: Grader, course: Course, submission: Path) -> None:
    attack.change(submission)
    course.remember()
    reports = grader.grade(submission)
    expected = {s: 0 if s in attack.costs else STAGES[s].points for s in HOMEWORK.code_stages}
    assert points(reports) == expected, "\n".join(map(as_text, reports.values()))
    for report in reports.values():
        assert_readable(report, ())
    if attack.costs:
        assert attack.says in as_text(reports[attack.costs[0]])
    assert course.changes() == []
    assert leftovers() == []


@pytest.mark.parametrize("attack", trained.ATTACKS, ids=lambda attack: attack.name)
def test_weights(attack: WeightsAttack, grader: Grader, course: Course, submission: Path) -> None:
    attack.write(submission / "vit.safetensors")
    course.remember()
    assert grader.training.key(submission, own_model_right=True, code="")
    report = grader.training.report(submission, SOLUTIONS, None)
    assert report.earned == 0
    assert all(each.status is Status.FAILED for each in report.verdicts)
    assert attack.says in report.verdicts[0].message, report.verdicts[0].message
    assert_readable(report, ())
    assert course.changes() == []
    assert not (ROOT / "attacked").exists()


def test_after_all_of_them_the_solutions_earn_everything(grader: Grader, submission: Path) -> None:
    expected = {stage: STAGES[stage].points for stage in HOMEWORK.code_stages}
    assert points(grader.grade(submission)) == expected
