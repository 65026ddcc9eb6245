"""Trained weights: what right files are worth, where they are run, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import ViT
from autograder.checking import trained
from autograder.checking.forking import unconfined
from autograder.checking.report import as_html, as_text
from autograder.checking.session import read_sources
from autograder.checking.trained import Outcome, percent, report_training
from autograder.checking.weights import (
    MAX_OPERATIONS,
    Header,
    WeightsError,
    build,
    cost,
    load_model,
    read_header,
)
from autograder.grading import evaluation
from autograder.grading import training as grading
from autograder.grading.config import CourseConfig, Threshold
from autograder.grading.store import Store
from autograder.grading.training import TrainingGrader
from course import datasets, handin
from course.resnet import ResNet

ROOT = Path(__file__).parents[1]
CONFIGS: dict[str, dict[str, object]] = {
    "vit": {
        "image_size": 32, "patch_size": 16, "in_channels": 3, "num_classes": 10,
        "embed_dim": 8, "hidden_dim": 8, "num_layers": 1, "num_heads": 1,
    },
    "resnet": {"num_classes": 10, "width": 2, "blocks": [1]},
}  # fmt: skip
SAMPLE = CourseConfig(data="sample", device="cpu")
FEW = datasets.ImageData(
    "few",
    torch.empty(0),
    torch.empty(0),
    torch.randint(0, 256, (40, 3, 32, 32), dtype=torch.uint8),
    torch.randint(0, 10, (40,)),
    tuple("abcdefghij"),
    (0.5, 0.5, 0.5),
    (0.25, 0.25, 0.25),
)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """Small untrained weights of both kinds."""
    folder = tmp_path / "submission"
    folder.mkdir()
    for kind, model in (
        ("vit", ViT.ViT(**CONFIGS["vit"])),
        ("resnet", ResNet(**CONFIGS["resnet"])),
    ):
        handin.save_weights(folder / f"{kind}.safetensors", model, kind, CONFIGS[kind], FEW)
    return folder


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory, launcher) -> Iterator[TrainingGrader]:
    """Evaluates on a folder of ten images, which is read sooner than the sample is drawn."""
    tiny = tmp_path_factory.mktemp("images") / "tiny"
    for part in ("train", "test"):
        for label in FEW.classes:
            (tiny / part / label).mkdir(parents=True)
            Image.new("RGB", (32, 32), (25 * ord(label) % 256, 0, 0)).save(
                tiny / part / label / "0.png"
            )
    made = TrainingGrader(CourseConfig(data=str(tiny), device="cpu"), launcher)
    yield made
    made.close()


@pytest.fixture(scope="module")
def launcher() -> Iterator[object]:
    made = unconfined()
    yield made
    made.close()


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
    header = Header(kind, CONFIGS[kind] | sizes, FEW.mean, FEW.std, "few")  # type: ignore[arg-type]
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
        "patch_size": 4, "embed_dim": 768, "hidden_dim": 3072, "num_layers": 12, "num_heads": 12,
    }  # fmt: skip
    assert cost(Header("vit", base, FEW.mean, FEW.std, "")).operations < MAX_OPERATIONS  # type: ignore[arg-type]


class Narrow(nn.Module):
    """Runs out of memory with more images than it takes; says always the same class."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.takes = takes
        self.devices: list[str] = []

    def to(self, device: str) -> Narrow:  # type: ignore[override]
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
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
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
        "50.00%", "49.99%", "57.74%", "100.00%",
    ]  # fmt: skip


def test_weights_trained_on_other_images_are_told_so() -> None:
    outcome = Outcome(0.1, "", "CIFAR-10", 10_000, 5, "the embedded sample")
    report = report_training({"vit": outcome, "resnet": outcome}, "CIFAR-10")
    assert "was trained on other images: the embedded sample." in report.verdicts[0].message
    copy = replace(outcome, trained_on="CIFAR-10")
    report = report_training({"vit": copy, "resnet": copy}, "CIFAR-10 (a copy)")
    assert "other images" not in report.verdicts[0].message


def counted(monkeypatch: pytest.MonkeyPatch, answer: Outcome) -> list[Path]:
    """Every file that is evaluated, in the place of the evaluation."""
    asked: list[Path] = []

    def evaluate(self: object, path: Path, kind: str) -> Outcome:
        asked.append(path)
        return answer

    monkeypatch.setattr(evaluation.Evaluator, "evaluate", evaluate)
    return asked


def test_a_file_is_evaluated_once_whatever_it_is_called_and_whatever_it_earns(
    launcher, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch, Outcome(0.45, "", "few", 10_000, 5, "few"))
    store = Store(tmp_path)
    for config in (SAMPLE, replace(SAMPLE, thresholds=(("vit", Threshold(0.1, 0.2)),))):
        found = TrainingGrader(config, launcher, store).outcome(submission, "vit")
        assert found.accuracy == 0.45
    assert len(asked) == 1
    TrainingGrader(replace(SAMPLE, device="auto"), launcher, store).outcome(submission, "vit")
    assert len(asked) == 2
    weights = submission / "vit.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    TrainingGrader(SAMPLE, launcher, store).outcome(submission, "vit")
    assert len(asked) == 3


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"accuracy": "x"}', b'{"accuracy": 7}',
     b'{"what": 1}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_note_of_an_outcome_is_made_again(
    launcher, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    asked = counted(monkeypatch, Outcome(0.45, "", "few", 10_000, 5, "few"))
    grader = TrainingGrader(SAMPLE, launcher, Store(tmp_path))
    grader.outcome(submission, "vit")
    (note,) = (tmp_path / ".vitcourse" / "verdicts").iterdir()
    note.write_bytes(damage)
    assert grader.outcome(submission, "vit").accuracy == 0.45
    assert len(asked) == 2
    assert json.loads(note.read_bytes())["accuracy"] == 0.45
    assert grader.store is not None
    note.write_bytes(damage)
    assert grader.store.find(note.name) is None


def test_other_images_or_other_code_of_evaluation_ask_again(
    launcher, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "test_batch").write_bytes(b"one")
    config = replace(SAMPLE, data=str(folder))

    def name() -> str:
        return TrainingGrader(config, launcher).key(submission, True, "")

    first = name()
    assert name() == first
    (folder / "test_batch").write_bytes(b"three")
    second = name()
    assert second != first
    altered = tmp_path / "trained.py"
    altered.write_text("other")
    monkeypatch.setattr(grading, "EVALUATED_WITH", (altered,))
    assert name() != second


def test_an_evaluation_that_ends_costs_nothing_and_the_next_is_not_hurt(
    submission: Path, grader: TrainingGrader
) -> None:
    fine = grader.outcome(submission, "vit")
    assert fine.accuracy is not None
    assert (fine.data, fine.images) == ('the images in "tiny"', 10)
    process = grader.evaluator.process
    assert process is not None
    process.kill()
    process.wait()
    report = grader.report(submission, {}, None)
    assert report.needs_person
    assert "ended without an answer" in report.notes[0]
    assert grader.outcome(submission, "vit") == fine


def test_images_that_cannot_be_had_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation.serve("/nowhere", "cpu")
    assert '"/nowhere" is not a folder' in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize(
    "forward",
    [
        "return torch.zeros(len(images), 0)",
        "return torch.zeros(len(images), 10, dtype=torch.complex64)",
        "return torch.zeros(len(images), 10, dtype=torch.bool)",
        "return torch.zeros(1, 10)",
        "return torch.zeros(len(images), 10, 1)",
        "return None",
        "raise SystemExit",
    ],
)
def test_a_wrong_vit_whose_answers_are_no_logits_earns_nothing(
    submission: Path, launcher, forward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(monkeypatch, Outcome(0.1, "", "few", 40, 5, "few"))
    sources = read_sources(ROOT / "solutions")
    head, tail = sources["ViT"].rsplit("        tokens = self.encoder(", 1)
    sources["ViT"] = f"{head}        {forward}\n        tokens = self.encoder({tail}"
    grader = TrainingGrader(SAMPLE, launcher)
    monkeypatch.setattr(grader.evaluator, "test_set", lambda: (FEW.test_images, FEW.test_labels))
    report = grader.report(submission, sources, launcher)
    assert report.earned == 0
    assert report.notes == ()


@pytest.mark.parametrize("damage", ["cut", "complex", "huge"])
def test_a_wrong_vit_with_hostile_weights_earns_nothing(
    submission: Path, grader: TrainingGrader, launcher, damage: str
) -> None:
    path = submission / "vit.safetensors"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    elif damage == "complex":
        model, _ = load_model(path, "vit")
        about = safe_open(path, framework="pt").metadata()
        numbers = {name: value.to(torch.complex64) for name, value in model.state_dict().items()}
        save_file(numbers, path, about)
    else:
        large = CONFIGS["vit"] | {"embed_dim": 1024, "num_heads": 64, "num_layers": 24}
        large |= {"hidden_dim": 4096, "patch_size": 2}
        handin.save_weights(path, nn.Linear(1, 1), "vit", large, FEW)
    report = grader.report(submission, read_sources(ROOT / "solutions"), launcher)
    assert report.verdicts[0].earned == 0
    assert report.verdicts[0].message.startswith("vit.safetensors")
    with pytest.raises(WeightsError):
        load_model(path, "vit")
