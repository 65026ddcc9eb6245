"""Trained models: what they are worth on test images, and the report of the stage `training`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..api.error_text import quoted
from ..assignments import HOMEWORK, STAGES
from ..execution.limits import Limits
from ..execution.verdicts import StageReport, Status, Verdict
from .configuration import Header, WeightsError, cost
from .reading import load_model

MOST_IMAGES = 250
MOST_NUMBERS = 2**25
THRESHOLDS = {"vit": (0.40, 0.50), "resnet": (0.50, 0.60)}
TITLES = {"vit": "ViT", "resnet": "ResNet"}


class TestImages(Protocol):
    """The part of a data set that trained models are evaluated on.

    Attributes:
        name: what to call it.
        test_images: uint8 (count, 3, 32, 32).
        test_labels: int64 (count,).
        classes: the classes' names.
    """

    @property
    def name(self) -> str: ...
    @property
    def test_images(self) -> Tensor: ...
    @property
    def test_labels(self) -> Tensor: ...
    @property
    def classes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Outcome:
    """What evaluating one file gave.

    Attributes:
        accuracy: on all test images, or None where there is none.
        problem: then the reason.
        data: the name of the test images.
        images: how many they are.
        parameters: of the model.
        trained_on: the name of a data set, as the file has it.
    """

    accuracy: float | None = None
    problem: str = ""
    data: str = ""
    images: int = 0
    parameters: int = 0
    trained_on: str = ""

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Outcome:
        """The outcome that `to_json` gave.

        Raises:
            TypeError, ValueError: where it is none.
        """
        outcome = cls(**stored)
        if outcome.accuracy is not None and not 0 <= outcome.accuracy <= 1:
            raise ValueError("no accuracy")
        return outcome


def evaluate(
    path: Path,
    kind: str,
    data: TestImages,
    device: str = "cpu",
    limits: Limits = Limits(),
) -> Outcome:
    """What the model in a weights file is worth, or why that cannot be said.

    Args:
        path: the file.
        kind: "vit" or "resnet".
        data: with the test images, all of which are used.
        device: where to compute, as PyTorch names it.
        limits: how large the file may be, and how large and costly its model.
    """
    count = len(data.test_images)
    try:
        model, header = load_model(path, kind, limits)
        classes = header.config.get("num_classes", 10)
        if classes != len(data.classes):
            raise WeightsError(
                f"{path.name}: num_classes = {classes}; expected: {len(data.classes)}, the "
                f"classes of {data.name}\nTry: train it on that data set, and save it again."
            )
        found = accuracy(model, header, data.test_images, data.test_labels, device)
    except WeightsError as error:
        return Outcome(problem=str(error), data=data.name, images=count)
    parameters = sum(p.numel() for p in model.parameters())
    return Outcome(found, "", data.name, count, parameters, quoted(header.dataset))


def accuracy(
    model: nn.Module, header: Header, images: Tensor, labels: Tensor, device: str = "cpu"
) -> float:
    """The share of images classified rightly.

    A batch has as many images as fit beside the model's largest intermediate tensor, and fewer
    where memory runs out; where not even one fits on the device, the CPU takes over.

    Args:
        model: in eval mode.
        header: with the normalisation the model was trained with.
        images: uint8 (count, 3, 32, 32).
        labels: int64 (count,).
        device: where to compute, as PyTorch names it.

    Raises:
        WeightsError: where the model answers with numbers that are not finite.
    """
    size = start = max(1, min(MOST_IMAGES, MOST_NUMBERS // cost(header).largest))
    while True:
        try:
            return share_right(model.to(device), header, images, labels, size)
        except torch.OutOfMemoryError:
            if size == 1 and device == "cpu":
                raise
        size, device = (size // 2, device) if size > 1 else (start, "cpu")


@torch.no_grad()
def share_right(
    model: nn.Module, header: Header, images: Tensor, labels: Tensor, size: int
) -> float:
    """The share of images classified rightly, `size` of them at a time, where the model is.

    Raises:
        WeightsError: where the model answers with numbers that are not finite.
    """
    device = next(model.parameters()).device
    right = 0
    for batch, truth in zip(images.split(size), labels.split(size), strict=True):
        logits = model(prepare(batch.to(device), header))
        if not torch.isfinite(logits).all():
            raise WeightsError(
                f"the {TITLES[header.kind]} answers with numbers that are not finite (inf or "
                "nan): its weights are too large\n"
                "Try: a lower learning rate, or the weights of an earlier epoch."
            )
        right += int((logits.argmax(dim=1) == truth.to(device)).sum())
    return right / len(images)


def prepare(images: Tensor, header: Header) -> Tensor:
    """Pixels as the model was trained on them: float32, scaled to [0, 1], normalised."""
    pixels = images.float() / 255
    mean, std = (torch.tensor(each).view(3, 1, 1).to(pixels) for each in (header.mean, header.std))
    return (pixels - mean) / std


def percent(share: float) -> str:
    """A share to the hundredth of a per cent, never more than it is: 0.49999 gives "49.99%"."""
    return f"{int(share * 10_000 + 1e-6) / 100:.2f}%"


def report_training(
    outcomes: dict[str, Outcome],
    data: str,
    thresholds: dict[str, tuple[float, float]] | None = None,
    notes: tuple[str, ...] = (),
) -> StageReport:
    """The stage's report: credit grows evenly between the two accuracies of each model.

    Args:
        outcomes: by kind.
        data: name of the test images.
        thresholds: by kind, the accuracy that earns nothing and the one that earns everything.
        notes: for the student and the marker.
    """
    share = STAGES["training"].points // len(HOMEWORK.weights)
    verdicts = []
    for kind, (nothing, everything) in (thresholds or THRESHOLDS).items():
        outcome = outcomes[kind]
        rule = f"points grow from {nothing * 100:.4g}% to {everything * 100:.4g}%"
        if outcome.accuracy is None:
            title = f"the trained {TITLES[kind]} on the test images of {data}: {rule}"
            verdicts.append(
                Verdict(f"test_{kind}", "training", title, share, Status.FAILED, outcome.problem)
            )
            continue
        credit = (outcome.accuracy - nothing) / (everything - nothing)
        earned = min(share, max(0, int(share * credit + 1e-9)))
        status = Status.PASSED if earned == share else Status.FAILED
        title = (
            f"the trained {TITLES[kind]} classifies {percent(outcome.accuracy)} of the "
            f"{outcome.images:,} test images of {data} rightly: {rule}"
        )
        message = "" if earned == share else "\n".join(advice(outcome, data, everything))
        verdicts.append(Verdict(f"test_{kind}", "training", title, share, status, message, earned))
    return StageReport("training", tuple(verdicts), notes)


def advice(outcome: Outcome, data: str, everything: float) -> list[str]:
    """What was expected and found, and what to try where that is not everything."""
    lines = [
        f"expected: {percent(everything)} for all points",
        f"got:      {percent(outcome.accuracy or 0)}",
    ]
    if outcome.trained_on.split(" (")[0] != data.split(" (")[0]:
        lines.append(f"The file says that it was trained on other images: {outcome.trained_on}.")
        return [*lines, f"Try: train it on {data}, and save it again."]
    return [*lines, "Try: more epochs, another learning rate, milder augmentation."]
