"""Submissions that attack the grading: no point gained, nothing touched, the next as if alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import ending, forging, knowing, patching, reaching, telling, values
from attacks.attack import SOLUTIONS, Attack, Earns
from attacks.course import Course, leftovers
from attacks.reports import assert_readable

from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.checking.feedback.report import as_text
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader

# Without the sandbox these submissions would run on the tester's own machine.
pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
)
ATTACKS = [
    attack
    for module in (ending, forging, values, knowing, patching, reaching, telling)
    for attack in module.ATTACKS
]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(CourseConfig(data="sample"), b"a secret of the tests") as made:
        yield made


@pytest.fixture(scope="module")
def impatient() -> Iterator[Grader]:
    """A grader that does not wait for long."""
    config = CourseConfig(
        data="sample", limits=Limits(program_wall_seconds=2.0, slow_program_wall_seconds=2.0)
    )
    with Grader(config, b"a secret of the tests") as made:
        yield made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(tmp_path_factory.mktemp("attacked") / "course")


def judge(grader: Grader, stage: str, sources: dict[str, str]) -> StageReport:
    with grader._launcher() as launcher:
        (report,) = grader.judge([stage], sources, launcher)
        return report


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40
    assert all(attack.tries.endswith(".") for attack in ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(
    attack: Attack, grader: Grader, course: Course, request: pytest.FixtureRequest
) -> None:
    attacked = request.getfixturevalue("impatient") if attack.idles else grader
    report = judge(attacked, attack.stage, attack.sources)
    assert_earned(report, attack.earns)
    assert_readable(report, attack.says)
    assert course.changes() == []
    assert leftovers() == []

    after = judge(attacked, attack.stage, SOLUTIONS)
    assert after.earned == STAGES[attack.stage].points, as_text(after)


def assert_earned(report: StageReport, earns: Earns) -> None:
    text = as_text(report)
    assert all(v.status is not Status.GRADER_ERROR for v in report.verdicts), [
        v.message for v in report.verdicts if v.status is Status.GRADER_ERROR
    ]
    assert report.earned is not None
    if earns is Earns.EVERYTHING:
        assert report.earned == report.points, text
    elif earns is Earns.NOTHING:
        assert report.earned == 0, text
    else:
        assert report.earned < report.points, text


def test_after_all_of_them_the_solutions_earn_everything(grader: Grader, tmp_path: Path) -> None:
    for name, text in SOLUTIONS.items():
        (tmp_path / f"{name}.py").write_text(text)
    reports = grader.grade(tmp_path)
    earned = {stage: reports[stage].earned for stage in HOMEWORK.code_stages}
    assert earned == {stage: STAGES[stage].points for stage in HOMEWORK.code_stages}
