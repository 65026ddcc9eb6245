"""Broken submissions: what each kind of broken code file is told, and what is still due to it.

The kinds are data, in `broken/`. What weights that cannot be used are told is in `test_grader.py`;
packed in odd ways, `test_broken_hand_ins.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from broken import KINDS
from broken.kind import Kind

from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.verdicts import Status
from autograder.checking.feedback.report import as_text
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader

ROOT = Path(__file__).parents[1]
SLOW = ("training at the top", "an endless loop")
OUR_TRACES = ("Traceback", "site-packages", "worker/", "loading.py", "running.py", str(ROOT))

# Without the sandbox these submissions would run on the tester's own machine.
pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """A grader that looks no mistakes up: these are none of the bank's."""
    with Grader(CourseConfig(data="sample"), b"a secret of the tests") as made:
        made.mistakes.known = {stage: [] for stage in HOMEWORK.code_stages}
        yield made


@pytest.fixture(scope="module")
def hurried() -> Iterator[Grader]:
    """The same with little time, for what would take all that it gets."""
    limits = Limits(program_cpu_seconds=0.5, slow_program_cpu_seconds=0.5)
    with Grader(CourseConfig(data="sample", limits=limits), b"a secret of the tests") as made:
        made.mistakes.known = {stage: [] for stage in HOMEWORK.code_stages}
        yield made


def kinds() -> Iterator[object]:
    """Every kind, by its name."""
    for kind in KINDS:
        yield pytest.param(kind, id=kind.name, marks=[pytest.mark.slow] * (kind.name in SLOW))


def test_kinds_are_told_apart_by_name_and_every_slow_one_is_there() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    assert set(SLOW) <= set(names)


@pytest.mark.parametrize("kind", list(kinds()))
def test_a_broken_submission_is_told_why_and_gets_what_is_due(
    request: pytest.FixtureRequest, tmp_path: Path, kind: Kind
) -> None:
    grader = request.getfixturevalue("hurried" if kind.name in SLOW else "grader")
    for name, content in kind.files().items():
        (tmp_path / name).write_bytes(content)
    reports = grader.grade(tmp_path)
    due = (
        {stage: STAGES[stage].points for stage in HOMEWORK.code_stages} | {"training": 0} | kind.due
    )
    assert {stage: report.earned for stage, report in reports.items()} == due
    for stage, report in reports.items():
        text = as_text(report)
        assert [words for words in kind.words.get(stage, ()) if words not in text] == [], text
        assert [trace for trace in OUR_TRACES if trace in text] == [], text
        assert all(v.message for v in report.verdicts if v.status is not Status.PASSED), text
