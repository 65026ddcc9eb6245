"""The checks of all stages but `data` and `patching`: what they accept, catch, and survive."""

from __future__ import annotations

from pathlib import Path

import banktools
import pytest

from autograder import bank
from autograder.bank import judging
from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.verdicts import StageReport

BODIES = {
    "attention": (
        "scaled_dot_product_attention",
        "SelfAttention.forward",
        "MultiHeadSelfAttention.forward",
    ),
    "encoder": ("MLP.forward", "EncoderBlock.forward", "Encoder.forward"),
    "vit": ("ViT.embed", "ViT.forward"),
    "tokenization": ("shift_images", "ShiftedPatchTokenization.forward"),
    "locality": ("LocalitySelfAttention.forward",),
    "resizing": ("resize_positions",),
    "rollout": ("attention_rollout", "mean_attention_distance"),
    "computation": ("count_tokens", "count_parameters", "count_flops", "count_activations"),
    "instruments": ("gradient_norm", "attention_entropy", "logit_spread"),
}
HOMEWORK_STAGES = [stage for stage in BODIES if stage in HOMEWORK.code_stages]
LAB_STAGES = [stage for stage in BODIES if stage not in HOMEWORK_STAGES]
WRONG = [wrong for stage in BODIES for wrong in bank.load(stage)]
RIGHT = [
    (stage, name, files)
    for stage in BODIES
    for name, files in bank.right_versions()
    if {Path(file).stem for file in STAGES[stage].files} & files.keys()
]
CHANGES = (
    "right.to(torch.float16)",
    "right.to(torch.float8_e4m3fn)",
    "right + 0j",
    "right.bool()",
    "right.round().long()",
    "right.to_sparse()",
    "right.to('meta')",
    "torch.quantize_per_tensor(right, 0.1, 0, torch.qint8)",
    "right.unsqueeze(0)",
    "right[..., :0]",
    "right.sum()",
    "right.tolist()",
    "right.numpy(force=True)",
    "(right, right)",
    "{'output': right}",
    "right * float('nan')",
    "right * float('inf')",
    "right.expand(2**30, *right.shape)",
)
CHANGING = """

def changing(function):
    def changed(*args, **kwargs):
        right = function(*args, **kwargs)
        return tuple(map(change, right)) if isinstance(right, tuple) else change(right)
    return changed


def change(right):
    import torch
    return {change}


"""


@pytest.mark.parametrize("stage", BODIES)
def test_the_solutions_earn_all_the_stubs_nothing_and_every_check_can_fail(stage: str) -> None:
    banktools.assert_stage_is_sound(stage)


@pytest.mark.parametrize("stage", BODIES)
def test_points_are_the_stages(stage: str) -> None:
    checks = judging.checks(stage)
    public = sum(each.points for each in checks if not each.hidden)
    assert sum(each.points for each in checks) == STAGES[stage].points
    assert abs(2 * public - STAGES[stage].points) <= 2


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{each.stage}-{each.name}" for each in WRONG])
def test_wrong_version(wrong: bank.WrongVersion) -> None:
    banktools.assert_wrong_version_is_caught(wrong)


@pytest.mark.parametrize(
    ("stage", "name", "files"), RIGHT, ids=[f"{stage}-{name}" for stage, name, _ in RIGHT]
)
def test_right_version(stage: str, name: str, files: dict[str, str]) -> None:
    report = judging.judge(stage, bank.overlaid(judging.SOLUTIONS, files))
    assert judging.failed(report) == {}


@pytest.mark.parametrize("stage", BODIES)
@pytest.mark.parametrize("seed", range(3))
def test_no_seed_fails_the_solutions(stage: str, seed: int) -> None:
    report = judging.judge(stage, judging.SOLUTIONS, seed=b"%d" % seed)
    assert judging.failed(report) == {}


@pytest.mark.parametrize("stage", BODIES)
@pytest.mark.parametrize("value", banktools.ODD_VALUES)
def test_odd_values_earn_nothing_and_break_nothing(stage: str, value: str) -> None:
    module = Path(STAGES[stage].files[-1]).stem
    report = judging.judge(stage, banktools.returning(value, module, list(BODIES[stage])))
    assert passed_by_bodies(report) == set()


@pytest.mark.parametrize("stage", LAB_STAGES)
def test_always_refusing_earns_nothing(stage: str) -> None:
    module = Path(STAGES[stage].files[-1]).stem
    text = judging.STUBS[module].replace("raise NotImplementedError(", "raise ValueError(")
    assert judging.judge(stage, judging.SOLUTIONS | {module: text}).earned == 0


@pytest.mark.parametrize("stage", LAB_STAGES)
def test_a_lab_is_graded_without_the_homework_and_beside_a_broken_one(stage: str) -> None:
    module = Path(STAGES[stage].files[-1]).stem
    alone = {module: judging.SOLUTIONS[module]}
    broken = alone | {
        "ViT": "raise RuntimeError('of another homework')",
        "transformer-attention": "class MultiHeadSelfAttention:\n    pass\n",
    }
    for sources in (alone, broken):
        report = judging.judge(stage, sources)
        assert judging.failed(report) == {}
        assert report.earned == report.points


@pytest.mark.parametrize("stage", BODIES)
def test_each_stage_is_written_rightly_in_three_other_ways(stage: str) -> None:
    module = Path(STAGES[stage].files[-1]).stem
    names = [name.partition(".")[0] for name in BODIES[stage]]
    texts = [files.get(module, "") for _, files in bank.right_versions()]
    assert sum(any(f" {name}" in text for name in names) for text in texts) >= 3


@pytest.mark.parametrize("stage", HOMEWORK_STAGES)
@pytest.mark.parametrize("change", CHANGES)
def test_right_numbers_in_odd_clothes_earn_nothing(stage: str, change: str) -> None:
    module = Path(STAGES[stage].files[-1]).stem
    text = judging.SOLUTIONS[module] + CHANGING.format(change=change)
    text += "".join(f"{name} = changing({name})\n" for name in BODIES[stage])
    report = judging.judge(stage, judging.SOLUTIONS | {module: text})
    assert passed_by_bodies(report) == set()


def passed_by_bodies(report: StageReport) -> set[str]:
    """The checks passed, but for those of a stage's functions that stand in another file."""
    passed = {
        v.check for v in report.verdicts if v.points and v.check not in judging.failed(report)
    }
    return passed - {"test_sinusoidal_positions", "test_odd_embed_dim", "test_many_positions"}
