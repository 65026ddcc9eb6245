"""Handed-in weights in the grader: evaluated once, kept, and never at the cost of the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from small_weights import CONFIGS, FEW, hand_in
from torch import nn

from autograder.checking.execution.forking import unconfined
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.session import read_sources
from autograder.checking.weights.configuration import WeightsError
from autograder.checking.weights.evaluation import Outcome
from autograder.checking.weights.reading import load_model
from autograder.grading import evaluation
from autograder.grading import training as grading
from autograder.grading.config import CourseConfig, Threshold
from autograder.grading.store import Store
from autograder.grading.training import TrainingGrader
from course import handin

ROOT = Path(__file__).parents[1]
SAMPLE = CourseConfig(data="sample", device="cpu")


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return hand_in(tmp_path / "submission")


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
    made = TrainingGrader(CourseConfig(data=str(tiny), device="cpu"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def launcher() -> Iterator[object]:
    made = unconfined()
    yield made
    made.close()


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
        found = TrainingGrader(config, store).outcome(submission, "vit")
        assert found.accuracy == 0.45
    assert len(asked) == 1
    TrainingGrader(replace(SAMPLE, device="auto"), store).outcome(submission, "vit")
    assert len(asked) == 2
    weights = submission / "vit.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    TrainingGrader(SAMPLE, store).outcome(submission, "vit")
    assert len(asked) == 3


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"accuracy": "x"}',
        b'{"accuracy": 7}',
        b'{"what": 1}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_note_of_an_outcome_is_made_again(
    launcher, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    asked = counted(monkeypatch, Outcome(0.45, "", "few", 10_000, 5, "few"))
    grader = TrainingGrader(SAMPLE, Store(tmp_path))
    grader.outcome(submission, "vit")
    (note,) = (tmp_path / ".vitcourse" / "verdicts").iterdir()
    note.write_bytes(damage)
    assert grader.outcome(submission, "vit").accuracy == 0.45
    assert len(asked) == 2
    assert json.loads(note.read_bytes())["accuracy"] == 0.45
    assert grader.store is not None
    note.write_bytes(damage)
    assert grader.store.find(note.name) == {}


def test_other_images_or_other_code_of_evaluation_ask_again(
    launcher, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "test_batch").write_bytes(b"one")
    config = replace(SAMPLE, data=str(folder))

    def name() -> str:
        return TrainingGrader(config).key(submission, True, "")

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


def test_images_that_cannot_be_had_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in ("allow_tf32", "deterministic", "benchmark"):
        monkeypatch.setattr(torch.backends.cudnn, setting, setting != "deterministic")
    evaluation.serve("/nowhere", "cpu", Limits())
    assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark
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
    grader = TrainingGrader(SAMPLE)
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
