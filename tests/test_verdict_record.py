"""Every verdict is what it was before the core was redesigned, message by message.

`make test` judges a sample; `VITCOURSE_LONG=1 pytest -n 2 tests/test_verdict_record.py` everything,
with each seed, in seven minutes.
"""

from __future__ import annotations

import shutil

import pytest
import verdict_record
from longform import size
from verdict_record import HOME, SEEDS, Case

EVERY = size(40, 1)
MISSING = "no paper was named: the function stood in no table of what to read"
ASKED_WHOLE = (
    "a stage that does not pass is asked whole, in one worker, and no longer check by check: what "
    "a submission keeps between calls shows, and what lies beside its arguments is something else"
)
BY_CHANCE = "parameters of other shapes are named in the order of a set, before as now"
CHANGED = {  # what is told otherwise now, and why that is right
    "; Lee et al. 2021, section 3": MISSING,
    "; Dosovitskiy et al. 2021, section 3.2": MISSING,
    "; Abnar and Zuidema 2020, section 3": MISSING,
    "; Dosovitskiy et al. 2021, section 4.5": MISSING,
    "broken/other shapes": BY_CHANCE,
    "attack/sleep": "this run waits for two seconds where the record waited for twenty",
    "attack/request-in-frames": ASKED_WHOLE,
    "attack/first-answer-again": ASKED_WHOLE,
    "attack/honest-only-at-first": ASKED_WHOLE,
    "wrong/tokenization/shifts_remembered": (
        "the batch failed it, and the check asked again alone forgave it: it earned everything in "
        "grading, where the bank's own tests saw it fail"
    ),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
    ),
]


@pytest.fixture(scope="module")
def chosen() -> list[Case]:
    return [case for case in verdict_record.cases() if size(0, 1) or not case.idles][::EVERY]


def unexplained(differences: list[str]) -> list[str]:
    return [line for line in differences if not any(known in line for known in CHANGED)]


@pytest.mark.parametrize("seed", SEEDS[: size(1, len(SEEDS))], ids=bytes.decode)
def test_the_grader_says_what_it_said(chosen: list[Case], seed: bytes) -> None:
    now = {seed.decode(): verdict_record.in_grader(chosen, seed)}
    assert unexplained(verdict_record.differences(verdict_record.load(), now)) == []


def test_the_students_package_says_what_it_said(chosen: list[Case]) -> None:
    now = {HOME: verdict_record.at_home([case for case in chosen if case.home])}
    assert unexplained(verdict_record.differences(verdict_record.load(), now)) == []
