"""Stages found to pass at once: few workers for many stages, and never a pass that is none."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from autograder.bank import judging
from autograder.checking.connection import Connection
from autograder.checking.programs import Answer, Program
from autograder.checking.stages import HOMEWORK, STAGES
from autograder.checking.worker.protocol import frame, pack
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader, all_checks
from autograder.grading.passing import Part, Passing
from autograder.grading.reference import LiveReference
from autograder.grading.script import Departure, Replay, Script, same

ALONE = {(stage, False) for stage in HOMEWORK.code_stages}
TOGETHER = ("vit", True)
CODE = list(HOMEWORK.code_stages)


class Counting:
    """A launcher that counts its workers."""

    def __init__(self) -> None:
        self.started = 0

    def start(self) -> Connection:
        self.started += 1
        return judging.launcher().start()

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def passing() -> Passing:
    reference = LiveReference(judging.launcher())
    return Passing(all_checks(), judging.STANDINS, judging.SEED, reference)


def passed(passing: Passing, **appended: str) -> set[Part]:
    """The parts that pass of the solutions with lines appended, by module name."""
    lines = {name.replace("_", "-"): text for name, text in appended.items()}
    sources = {name: text + lines.get(name, "") for name, text in judging.SOLUTIONS.items()}
    return passing(CODE, sources, judging.launcher())


def test_the_solutions_pass_in_three_workers(passing: Passing) -> None:
    counting = Counting()
    assert passing(CODE, judging.SOLUTIONS, counting) == ALONE | {TOGETHER}
    assert counting.started == 3


def test_stubs_pass_nothing(passing: Passing) -> None:
    assert passing(CODE, judging.STUBS, judging.launcher()) == set()


def test_a_wrong_stage_is_left_out_with_what_runs_all_files_together(passing: Passing) -> None:
    wrong = "\ndef scaled_dot_product_attention(q, k, v):\n    return v, q @ k.mT\n"
    assert passed(passing, transformer_attention=wrong) == ALONE - {("attention", False)}


def test_a_file_that_names_something_ready_made_passes_no_stage_of_its_own(
    passing: Passing,
) -> None:
    named = "\ndef mine():\n    return torch.nn.MultiheadAttention(4, 2)\n"
    assert passed(passing, ViT=named) == ALONE - {("patching", False), ("vit", False)}


SPOILED = """
whole = split_indices

def split_indices(*args):
    {line}
    return whole(*args)
"""


@pytest.mark.parametrize(
    "line",
    [
        "torch.set_default_dtype(torch.float64)",
        "torch.set_default_device('meta')",
        "torch.use_deterministic_algorithms(True)",
        "torch.Tensor.softmax = torch.softmax = torch.sigmoid",
        "__import__('os')._exit(0)",
    ],
)
def test_what_one_stage_does_to_torch_is_no_other_ones_pass(passing: Passing, line: str) -> None:
    found = passed(passing, utils=SPOILED.format(line=line))
    assert not found & {("attention", False), TOGETHER}
    assert {("encoder", False)} <= found


def test_what_one_stage_does_to_torch_costs_no_other_one_a_point() -> None:
    spoiled = SPOILED.format(line="torch.Tensor.softmax = torch.softmax = torch.sigmoid")
    sources = judging.SOLUTIONS | {"utils": judging.SOLUTIONS["utils"] + spoiled}
    with (
        Grader(CourseConfig(data="sample", isolation="cooperative"), judging.SEED) as grader,
        grader._launcher() as launcher,
    ):
        for report in grader.judge(["patching", "attention", "encoder"], sources, launcher):
            assert report.earned == STAGES[report.stage].points


def answers_to(script: Script) -> list[Answer]:
    """The reference's answers, as a worker would send them."""
    replies = [script.reference(each) for asked in script.programs.values() for each in asked]
    frames = [frame(each.header, pack(each.tensors))[12:] for each in replies]
    sizes = [len(pack(each.tensors)) for each in replies]
    return [
        Answer(data[: len(data) - size], data[len(data) - size :])
        for data, size in zip(frames, sizes, strict=True)
    ]


def test_answers_are_read_where_they_are_not_known_to_pass(passing: Passing) -> None:
    checks = [each for each in all_checks()["patching"] if not each.together]
    script = Script(checks, judging.SEED, passing.reference)
    answers = answers_to(script)
    assert script.passed_by(answers)
    assert script.passed_by(answers)
    for place in (0, len(answers) - 1):
        for other in (
            dataclasses.replace(answers[place], header=b'{"error": {}}'),
            dataclasses.replace(answers[place], header=b"no JSON"),
            dataclasses.replace(answers[place], tensors=b"no tensors"),
        ):
            assert not script.passed_by([*answers[:place], other, *answers[place + 1 :]])
    assert not script.passed_by(answers[:-1])
    assert script.passed_by(answers)


def test_a_replay_answers_nothing_but_what_was_asked() -> None:
    asked = Program("normalize", calls=())
    answer = Answer(b'{"calls": []}', pack({}))
    assert Replay([asked], [answer])(Program("normalize", calls=())).header == {"calls": []}
    replay = Replay([asked], [answer])
    with pytest.raises(Departure):
        replay(Program("scale_to_unit"))
    with pytest.raises(Departure):
        replay(asked)


def test_programs_are_the_same_where_everything_is() -> None:
    one = {"a": (1, [torch.ones(2)]), "b": None}
    assert same(one, {"a": (1, [torch.ones(2)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(2).double()]), "b": None})
    assert not same(one, {"a": (1.0, [torch.ones(2)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(3)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(2)])})
