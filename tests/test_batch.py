"""Stages found to pass at once: few workers for many stages, and never a pass that is none."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from autograder.bank import judging
from autograder.checking.api.program import Answer, Program, Reply
from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.batch import Batch
from autograder.checking.execution.connection import Connection
from autograder.checking.execution.script import Departure, Replay, Script, same
from autograder.checking.worker.protocol import frame, pack
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader, all_checks

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
def batch() -> Batch:
    return judging.executor().batch


def passed(batch: Batch, **appended: str) -> dict[str, set[str]]:
    """The checks that pass of the solutions with lines appended, by module name."""
    lines = {name.replace("_", "-"): text for name, text in appended.items()}
    sources = {name: text + lines.get(name, "") for name, text in judging.SOLUTIONS.items()}
    return batch.passed(CODE, sources, judging.launcher())


def everything(*stages: str) -> dict[str, set[str]]:
    """All checks of these stages."""
    return {stage: {each.name for each in all_checks()[stage]} for stage in stages}


def run_together(stage: str) -> set[str]:
    """A stage's checks that run the four files together."""
    return {each.name for each in all_checks()[stage] if each.together}


def test_the_solutions_pass_in_one_worker(batch: Batch) -> None:
    counting = Counting()
    assert batch.passed(CODE, judging.SOLUTIONS, counting) == everything(*CODE)
    assert counting.started == 1


def test_stubs_pass_nothing(batch: Batch) -> None:
    assert not any(batch.passed(CODE, judging.STUBS, judging.launcher()).values())


def test_a_wrong_stage_costs_its_own_checks_and_what_runs_all_files_together(
    batch: Batch,
) -> None:
    wrong = "\ndef scaled_dot_product_attention(q, k, v):\n    return v, q @ k.mT\n"
    found = passed(batch, transformer_attention=wrong)
    assert found.pop("attention") < everything("attention")["attention"]
    assert found.pop("vit") == everything("vit")["vit"] - run_together("vit")
    assert found == everything("data", "patching", "encoder")


def test_a_file_that_names_something_ready_made_passes_no_stage_of_its_own(
    batch: Batch,
) -> None:
    named = "\ndef mine():\n    return torch.nn.MultiheadAttention(4, 2)\n"
    found = passed(batch, ViT=named)
    assert not found["patching"]
    assert not found["vit"]
    assert everything("data", "attention", "encoder").items() <= found.items()


def test_a_file_that_cannot_be_loaded_twice_is_loaded_in_a_worker_of_its_own(
    batch: Batch,
) -> None:
    once = "\nimport torch\nassert not hasattr(torch, 'loaded_here')\ntorch.loaded_here = True\n"
    assert passed(batch, transformer_student=once) == everything(*CODE)


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
def test_what_one_stage_does_to_torch_is_no_other_ones_pass(batch: Batch, line: str) -> None:
    found = passed(batch, utils=SPOILED.format(line=line))
    assert "test_formula" not in found["attention"]
    assert not found["vit"] & run_together("vit")


def test_what_one_stage_does_to_torch_costs_no_other_one_a_point() -> None:
    spoiled = SPOILED.format(line="torch.Tensor.softmax = torch.softmax = torch.sigmoid")
    sources = judging.SOLUTIONS | {"utils": judging.SOLUTIONS["utils"] + spoiled}
    with (
        Grader(CourseConfig(data="sample", isolation="cooperative"), judging.SEED) as grader,
        grader._launcher() as launcher,
    ):
        for report in grader.judge(["patching", "attention", "encoder"], sources, launcher):
            assert report.earned == STAGES[report.stage].points


def test_a_stage_is_judged_alike_alone_and_among_all() -> None:
    wrong = (
        judging.SOLUTIONS["ViT"] + "\ndef images_to_patches(images, patch_size):\n    return 1\n"
    )
    sources = judging.SOLUTIONS | {"ViT": wrong}
    executor, launcher = judging.executor(), judging.launcher()
    for judgement in executor.judge(CODE, sources, launcher):
        alone = executor.judge_stage(judgement.stage, sources, launcher)
        assert judgement.verdicts == alone.verdicts


def answers_to(script: Script) -> list[Answer]:
    """The reference's answers, as a worker would send them."""
    replies = [script.reference.run(each) for asked in script.programs.values() for each in asked]
    frames = [frame(each.header, pack(each.tensors))[12:] for each in replies]
    sizes = [len(pack(each.tensors)) for each in replies]
    return [
        Answer(data[: len(data) - size], data[len(data) - size :])
        for data, size in zip(frames, sizes, strict=True)
    ]


def test_answers_are_read_where_they_are_not_known_to_pass() -> None:
    checks = [each for each in all_checks()["patching"] if not each.together]
    script = Script(checks, judging.SEED, judging.reference())
    answers = answers_to(script)
    assert script.passed_by(answers) == script.passed_by(answers) == {c.name for c in checks}
    for place in (0, len(answers) - 1):
        for other in (
            dataclasses.replace(answers[place], header=b'{"error": {}}'),
            dataclasses.replace(answers[place], header=b"no JSON"),
            dataclasses.replace(answers[place], tensors=b"no tensors"),
        ):
            spoiled = [*answers[:place], other, *answers[place + 1 :]]
            assert len(script.passed_by(spoiled)) == len(checks) - 1
    assert len(script.passed_by(answers[:-1])) == len(checks) - 1


class Live:
    """Answers every program with its target's name."""

    def run(self, program: Program) -> Reply:
        return Reply({"live": program.target}, {})


def test_a_replay_answers_nothing_but_what_was_asked() -> None:
    asked = Program("normalize", calls=())
    answer = Answer(b'{"calls": []}', pack({}))
    assert Replay([asked], [answer]).run(Program("normalize", calls=())).header == {"calls": []}
    replay = Replay([asked], [answer])
    with pytest.raises(Departure):
        replay.run(Program("scale_to_unit"))
    with pytest.raises(Departure):
        replay.run(asked)
    other = Replay([asked], [answer], Live())
    assert other.run(asked).header == {"calls": []}
    assert other.run(asked).header == {"live": "normalize"}
    damaged = Replay([asked], [Answer(b"{", b"")], Live())
    assert damaged.run(asked).header == {"live": "normalize"}


def test_programs_are_the_same_where_everything_is() -> None:
    one = {"a": (1, [torch.ones(2)]), "b": None}
    assert same(one, {"a": (1, [torch.ones(2)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(2).double()]), "b": None})
    assert not same(one, {"a": (1.0, [torch.ones(2)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(3)]), "b": None})
    assert not same(one, {"a": (1, [torch.ones(2)])})
