"""Trained weights: what right files are worth, where they are run, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_weights import CONFIGS, FEW, hand_in
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import ViT
from autograder.checking.execution.limits import Limits
from autograder.checking.feedback.report import as_html, as_text
from autograder.checking.weights import evaluation as trained
from autograder.checking.weights.configuration import Header, cost
from autograder.checking.weights.evaluation import Outcome, percent, report_training
from autograder.checking.weights.reading import build, load_model, read_header
from autograder.grading import evaluation
from course import handin

ROOT = Path(__file__).parents[1]


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return hand_in(tmp_path / "submission")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("kind", CONFIGS)
def test_weights_may_be_kept_in_any_floating_kind(
    submission: Path, kind: str, dtype: torch.dtype
) -> None:
    path = submission / f"{kind}.safetensors"
    model, _ = load_model(path, kind)
    handin.save_weights(path, model.to(dtype), kind, CONFIGS[kind], FEW)
    outcome = trained.evaluate(path, kind, FEW)
    assert outcome.accuracy is not None, outcome.problem
    assert outcome.parameters == sum(p.numel() for p in model.parameters())
    again, _ = load_model(path, kind)
    assert {p.dtype for p in again.parameters()} == {torch.float32}


@pytest.mark.parametrize("pool", ["class", "mean"])
@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "sinusoidal-2d", "none"])
@pytest.mark.parametrize("patch_embedding", ["linear", "convolution"])
def test_every_option_of_the_vit_can_be_handed_in(
    tmp_path: Path, pool: str, positions: str, patch_embedding: str
) -> None:
    options = {"pool": pool, "positions": positions, "patch_embedding": patch_embedding}
    config = CONFIGS["vit"] | options
    path = tmp_path / "vit.safetensors"
    handin.save_weights(path, ViT.ViT(**config), "vit", config, FEW)
    outcome = trained.evaluate(path, "vit", FEW)
    assert outcome.accuracy is not None, outcome.problem


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("vit", {}),
        ("vit", {"patch_size": 4, "embed_dim": 64, "hidden_dim": 128, "num_layers": 3}),
        ("vit", {"patch_size": 2, "num_heads": 4, "pool": "mean"}),
        ("resnet", {}),
        ("resnet", {"width": 16, "blocks": [2, 3, 4]}),
    ],
)
def test_the_cost_of_a_model_is_known_before_it_is_built(kind: str, sizes: dict[str, int]) -> None:
    header = Header(kind, CONFIGS[kind] | sizes, FEW.mean, FEW.std, "few")
    largest = 0

    def look(module: nn.Module, given: object, output: Tensor) -> None:
        nonlocal largest
        largest = max(largest, output.numel())

    with torch.device("meta"):
        model = build(header)
        for module in model.modules():
            module.register_forward_hook(look)
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(1, 3, 32, 32))
    found = cost(header)
    assert largest <= found.largest
    assert 2 * found.products == pytest.approx(counter.get_total_flops(), rel=0.1)


def test_the_largest_honest_model_is_evaluated() -> None:
    base = CONFIGS["vit"] | {
        "patch_size": 4,
        "embed_dim": 768,
        "hidden_dim": 3072,
        "num_layers": 12,
        "num_heads": 12,
    }
    assert cost(Header("vit", base, FEW.mean, FEW.std, "")).operations < Limits().model_gflops * 1e9


class Narrow(nn.Module):
    """Runs out of memory with more images than it takes; says always the same class."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.takes = takes
        self.devices: list[str] = []

    def to(self, device: str) -> Narrow:  # type: ignore[override]  # only devices here
        self.devices.append(device)
        if device != "cpu" and self.takes == 0:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self

    def forward(self, images: Tensor) -> Tensor:
        if self.takes and len(images) > self.takes:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return torch.zeros(len(images), 10)


def test_where_memory_runs_out_fewer_images_are_run_and_then_the_cpu(submission: Path) -> None:
    header = read_header(submission / "vit.safetensors", "vit")
    images, labels = FEW.test_images, torch.zeros(40, dtype=torch.long)
    assert trained.accuracy(Narrow(3), header, images, labels, "cpu") == 1
    nothing = Narrow(0)
    assert trained.accuracy(nothing, header, images, labels, "cuda") == 1
    assert nothing.devices[0] == "cuda"
    assert nothing.devices[-1] == "cpu"
    assert nothing.devices.count("cpu") == 1


def test_a_gpu_that_is_asked_for_and_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert evaluation.chosen("auto") == "cpu"
    with pytest.raises(RuntimeError, match='device = "cuda", and PyTorch finds no GPU'):
        evaluation.chosen("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [evaluation.chosen(d) for d in ("auto", "cuda", "cpu")] == ["cuda", "cuda", "cpu"]


@pytest.mark.gpu
@pytest.mark.skipif(
    not torch.cuda.is_available(),
    reason="needs a CUDA device; runs where there is one, with `pytest -m gpu`",
)
def test_a_gpu_gives_the_same_accuracy(submission: Path) -> None:
    for kind in CONFIGS:
        path = submission / f"{kind}.safetensors"
        on_gpu, on_cpu = (trained.evaluate(path, kind, FEW, d) for d in ("cuda", "cpu"))
        assert on_gpu == trained.evaluate(path, kind, FEW, "cuda")
        assert abs((on_gpu.accuracy or 0) - (on_cpu.accuracy or 0)) <= 1 / 40


@pytest.mark.parametrize(
    ("accuracy", "points"),
    [(0.0, 0), (0.4, 0), (0.4199, 0), (0.42, 1), (0.46, 3), (0.4999, 4), (0.5, 5), (1.0, 5)],
)
def test_credit_grows_evenly(accuracy: float, points: int) -> None:
    outcomes = {
        "vit": Outcome(accuracy, "", "few", 10_000, 5, "few"),
        "resnet": Outcome(accuracy + 0.1, "", "few", 10_000, 5, "few"),
    }
    report = report_training(outcomes, "few")
    assert [verdict.earned for verdict in report.verdicts] == [points, points]
    for shown in (as_text(report), as_html(report)):
        assert f"ViT classifies {percent(accuracy)} of the 10,000 test images of few" in shown
        assert "points grow from 40% to 50%" in shown
        assert "points grow from 50% to 60%" in shown
    assert ("more epochs" in as_text(report)) == (points < 5)


def test_an_accuracy_is_never_rounded_up() -> None:
    assert [percent(share) for share in (0.5, 0.49999, 0.5774, 1.0)] == [
        "50.00%",
        "49.99%",
        "57.74%",
        "100.00%",
    ]


def test_weights_trained_on_other_images_are_told_so() -> None:
    outcome = Outcome(0.1, "", "CIFAR-10", 10_000, 5, "the embedded sample")
    report = report_training({"vit": outcome, "resnet": outcome}, "CIFAR-10")
    assert "was trained on other images: the embedded sample." in report.verdicts[0].message
    copy = replace(outcome, trained_on="CIFAR-10")
    report = report_training({"vit": copy, "resnet": copy}, "CIFAR-10 (a copy)")
    assert "other images" not in report.verdicts[0].message
