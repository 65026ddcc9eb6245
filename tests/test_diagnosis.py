"""Naming mistakes: what counts as failing alike, which of two likely ones comes first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from autograder import bank
from autograder.bank.judging import SOLUTIONS, diagnose
from autograder.checking.api.program import Call, Program, Reply
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.checking.feedback.known_mistakes import KnownMistake, load, resemblances, save
from autograder.checking.feedback.report import as_html, as_text
from autograder.checking.feedback.signature import SAME_NUMBERS, SAME_WORDS, Signature

ATTEND = Program("scaled_dot_product_attention", calls=(Call((torch.ones(2, 2),)),))
DRAWN = Program("random_crop", calls=(Call((torch.ones(2, 2),), generator=1),))


def signature(
    value: Tensor, message: str = "3 of 4 numbers differ", program: Program = ATTEND
) -> Signature:
    return Signature.of(message, program, Reply({"id": 1, "calls": []}, {"0.out": value}))


def test_numbers_within_tolerance_are_the_same_and_others_are_not() -> None:
    one = signature(torch.tensor([1.0, 2.0]))
    assert one.likeness(signature(torch.tensor([1.00001, 2.0]), "2 of 4 numbers differ"))
    assert not one.likeness(signature(torch.tensor([1.1, 2.0])))
    assert not one.likeness(signature(torch.tensor([1.0, 2.0, 3.0])))
    assert not one.likeness(signature(torch.tensor([1.0, 2.0]), "is missing"))
    assert not one.likeness(signature(torch.tensor([1.0, 2.0]), program=DRAWN))


def test_nan_is_like_nan_and_infinity_like_infinity() -> None:
    odd = signature(torch.tensor([float("nan"), float("inf"), 1.0]))
    assert odd.likeness(signature(torch.tensor([float("nan"), float("inf"), 1.000001])))
    assert not odd.likeness(signature(torch.tensor([float("nan"), float("-inf"), 1.0])))
    assert not odd.likeness(signature(torch.tensor([0.0, float("inf"), 1.0])))


def test_where_draws_matter_the_words_are_enough() -> None:
    one = signature(torch.tensor([1.0]), "only 31 of 100 images moved", DRAWN)
    other = signature(torch.tensor([2.0]), "only 29 of 100 images moved", DRAWN)
    assert one.likeness(other) == SAME_WORDS
    assert one.likeness(replace(one)) == SAME_NUMBERS
    assert not one.likeness(signature(torch.tensor([2.0]), "all images moved", DRAWN))


def test_a_students_own_lines_do_not_count() -> None:
    error = {"type": "KeyError", "bases": ["KeyError"], "message": "'x'"}
    there, here = (
        Signature.of(
            f"utils.py: f raised KeyError: 'x'\nutils.py, line {line}, in f: {text}",
            ATTEND,
            Reply({"calls": [{"error": error | {"line": line, "trace": text}}]}, {}),
        )
        for line, text in ((3, "return d['x']"), (70, "value = table['x']"))
    )
    assert there.likeness(here) == SAME_NUMBERS


def mistake(sentence: str, **failing: Signature) -> KnownMistake:
    return KnownMistake(sentence, failing)


def test_a_mistake_that_explains_more_comes_first_and_a_denied_one_last() -> None:
    numbers, others = signature(torch.tensor([1.0])), signature(torch.tensor([2.0]))
    mistakes = [
        mistake("denied", one=numbers, three=numbers),
        mistake("half", one=numbers),
        mistake("whole", one=numbers, two=others),
    ]
    mistakes.append(mistake("otherwise in the first", one=others, two=others))
    found = resemblances({"one": numbers, "two": others}, {"three"}, mistakes)
    assert [each.sentence for each in found["one"]] == ["whole", "half"]
    assert [each.sentence for each in found["two"]] == ["whole"]
    assert resemblances({"one": others}, (), mistakes[:3]) == {"one": []}


def test_known_mistakes_are_read_as_they_were_written(tmp_path: Path) -> None:
    written = [
        mistake("first", one=signature(torch.tensor([1.0, float("nan")]))),
        KnownMistake("second", {"two": signature(torch.tensor([2]), program=DRAWN)}, ("three",)),
    ]
    save(tmp_path, "data", written)
    for before, after in zip(written, load(tmp_path, "data"), strict=True):
        assert (before.sentence, before.blocked) == (after.sentence, after.blocked)
        for name, each in before.signatures.items():
            assert each.likeness(after.signatures[name]) == SAME_NUMBERS
            assert (each.answer is None) == (after.signatures[name].answer is None)
    assert load(tmp_path / "nowhere", "data") == []


def wrong(stage: str, name: str) -> bank.WrongVersion:
    return next(each for each in bank.load(stage) if each.name == name)


def test_two_mistakes_in_two_stages_are_diagnosed_as_two() -> None:
    scaled, reshaped = wrong("attention", "scaled_by_d"), wrong("patching", "cut_columns_first")
    sources = reshaped.over(scaled.over(SOLUTIONS))
    for each in (scaled, reshaped):
        named = named_in(diagnose(each.stage, sources))
        assert named == {each.sentence}


def test_two_mistakes_in_two_functions_of_a_stage_are_diagnosed_as_two() -> None:
    flip, scale = wrong("data", "flip_inverted"), wrong("data", "scale_by_256")
    named = named_in(diagnose("data", scale.over(flip.over(SOLUTIONS))))
    assert {flip.sentence, scale.sentence} <= named


def named_in(report: StageReport) -> set[str]:
    """The sentence that each failed check gives first."""
    return {each.diagnosis[0].split(": ", 1)[1] for each in report.verdicts if each.diagnosis}


@pytest.mark.parametrize("show", [as_text, as_html])
def test_every_report_says_why_what_to_try_and_where_to_read(show) -> None:
    report = diagnose("attention", wrong("attention", "scaled_by_d").over(SOLUTIONS))
    text = show(report)
    first = next(each for each in report.verdicts if each.status is Status.FAILED)
    for words in ("divided by d, not by the square root", "Try: ", "section 3.2.1", first.title):
        assert words in text
    assert text.index("Why: ") < text.index("Try: ") < text.index("Read again: ")
