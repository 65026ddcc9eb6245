"""Trained weights: reading a file that anybody may have made, and what its model is worth.

`ViT` and `course` are whatever is importable: a student's own files in the student's folder, the
reference's where the grader evaluates.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from .stages import STAGES, WEIGHT_FILES
from .verdicts import StageReport, Status, Verdict
from .words import TRACE_LIMIT, quoted

AGAIN = "\nTry: run the notebook's cell that saves the weights again."
MAX_FILE_BYTES = 512 * 2**20
MAX_PARAMETERS = 100_000_000
BATCH = 250
THRESHOLDS = {"vit": (0.40, 0.50), "resnet": (0.50, 0.60)}
TITLES = {"vit": "the trained ViT", "resnet": "the trained ResNet"}
RANGES = {
    "vit": {
        "patch_size": (2, 32),
        "in_channels": (3, 3),
        "num_classes": (2, 1000),
        "embed_dim": (1, 1024),
        "hidden_dim": (1, 4096),
        "num_layers": (1, 24),
        "num_heads": (1, 64),
    },
    "resnet": {"num_classes": (2, 1000), "width": (1, 256)},
}
CHOICES = {
    "pool": ("class", "mean"),
    "positions": ("learned", "sinusoidal", "sinusoidal-2d", "none"),
    "patch_embedding": ("linear", "convolution"),
}


class WeightsError(ValueError):
    """A weights file that cannot be used; the message says why and what to do.

    Args:
        message: may hold words from the file; what is shown of them is capped and harmless.
    """

    def __init__(self, message: str) -> None:
        super().__init__(quoted(message, TRACE_LIMIT))


@dataclass(frozen=True)
class Header:
    """What a weights file says of itself, checked before anything is allocated.

    Attributes:
        kind: "vit" or "resnet".
        config: the constructor's keyword arguments.
        mean, std: of the normalisation it was trained with, for each channel.
        dataset: the name of the data set it was trained on.
    """

    kind: str
    config: dict[str, Any]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    dataset: str


def read_header(path: Path, kind: str) -> Header:
    """Read and check a file's metadata.

    Raises:
        WeightsError: where the file is missing, damaged, of another kind or out of bounds.
    """
    if not path.is_file() or path.is_symlink():
        raise WeightsError(f"{path.name} was not found{AGAIN}")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WeightsError(f"{path.name} is larger than {MAX_FILE_BYTES // 2**20} MiB{AGAIN}")
    if other := written_otherwise(path):
        raise WeightsError(f"{path.name} {other}{AGAIN}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        config = json.loads(metadata["config"])
        mean, std = (numbers(metadata[key]) for key in ("mean", "std"))
    except KeyError as error:
        raise WeightsError(f"{path.name} was not written by handin.save_weights{AGAIN}") from error
    except (
        SafetensorError,
        OSError,
        ValueError,
        TypeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise WeightsError(
            f"{path.name} cannot be read: it is cut off or damaged ({error!s:.100}){AGAIN}"
        ) from error
    if metadata.get("kind") != kind:
        raise WeightsError(f'{path.name} says it holds "{metadata.get("kind")!s:.40}"{AGAIN}')
    if not isinstance(config, dict) or not all(abs(m) <= 10 for m in mean) or min(std) < 1e-3:
        raise WeightsError(f"{path.name} has an impossible configuration{AGAIN}")
    check_config(config, kind, path.name)
    return Header(kind, config, mean, std, metadata.get("dataset", "")[:100])


def written_otherwise(path: Path) -> str:
    """What a file is where its first bytes are not those of safetensors, or ""."""
    with path.open("rb") as file:
        start = file.read(30)
    if not start:
        return "is empty"
    if start.startswith((b"PK\3\4", b"\x80\2")):
        return "was written by torch.save, not by handin.save_weights"
    if start.startswith(b"version https://git-lfs"):
        return "is not there itself, only git's note of where it lies"
    return ""


def numbers(text: str) -> tuple[float, float, float]:
    """Three numbers from JSON."""
    red, green, blue = json.loads(text)
    return float(red), float(green), float(blue)


def check_config(config: dict[str, Any], kind: str, name: str) -> None:
    """Refuse a configuration that is unknown or larger than the homework's models can be."""
    for key, value in config.items():
        low, high = RANGES[kind].get(key, (1, 0))
        if key in CHOICES and kind == "vit":
            fits = value in CHOICES[key]
        elif key == "dropout" and kind == "vit":
            fits = is_number(value) and 0 <= value <= 1
        elif key == "image_size" and kind == "vit":
            fits = value in (32, [32, 32])
        elif key == "blocks" and kind == "resnet":
            fits = (
                isinstance(value, list)
                and 1 <= len(value) <= 4
                and all(type(n) is int and 1 <= n <= 20 for n in value)
            )
        else:
            fits = type(value) is int and low <= value <= high
        if not fits:
            raise WeightsError(
                f"{name}: {key:.60} = {value!r:.60} is not a value this model can have"
            )
    if kind == "vit" and config.get("embed_dim", 1) % config.get("num_heads", 1):
        raise WeightsError(f"{name}: num_heads does not divide embed_dim")


def is_number(value: Any) -> bool:
    """Whether a value is an int or a float, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def construct(header: Header, name: str) -> nn.Module:
    """The model that a header describes, without memory behind its parameters.

    Raises:
        WeightsError: where the constructor refuses the configuration, or it is too large.
    """
    module, cls = ("ViT", "ViT") if header.kind == "vit" else ("course.resnet", "ResNet")
    try:
        with torch.device("meta"):
            model: nn.Module = getattr(importlib.import_module(module), cls)(**header.config)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{name}: the configuration builds no {cls} ({error})") from error
    if sum(p.numel() for p in model.parameters()) > MAX_PARAMETERS:
        raise WeightsError(f"{name}: more than {MAX_PARAMETERS:,} parameters")
    return model


def load_model(path: Path, kind: str) -> tuple[nn.Module, Header]:
    """The model in a file, in eval mode, and its header.

    Raises:
        WeightsError: where names, shapes or numbers do not fit.
    """
    header = read_header(path, kind)
    expected = {k: tuple(v.shape) for k, v in construct(header, path.name).state_dict().items()}
    with safe_open(path, framework="pt") as file:
        found = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118 (no dict)
        if found != expected:
            names = found.keys() | expected.keys()
            wrong = sorted(name for name in names if found.get(name) != expected.get(name))
            raise WeightsError(
                f"{path.name} does not fit the model of its configuration: "
                + "; ".join(
                    f"{name[:80]} expected {expected.get(name, 'nothing')}, "
                    f"found {found.get(name, 'nothing')}"
                    for name in wrong[:3]
                )
            )
        try:
            weights = {key: file.get_tensor(key) for key in found}
        except (SafetensorError, KeyError, RuntimeError) as error:
            raise WeightsError(f"{path.name} cannot be read ({error!s:.100})") from error
    if not all(bool(torch.isfinite(w.float()).all()) for w in weights.values()):
        raise WeightsError(f"{path.name} has numbers that are not finite (inf or nan)")
    module, cls = ("ViT", "ViT") if kind == "vit" else ("course.resnet", "ResNet")
    model: nn.Module = getattr(importlib.import_module(module), cls)(**header.config)
    model.load_state_dict(weights)
    return model.eval(), header


@torch.no_grad()
def accuracy(model: nn.Module, header: Header, images: Tensor, labels: Tensor) -> float:
    """The share of images classified rightly.

    Args:
        model: in eval mode.
        header: with the normalisation the model was trained with.
        images: uint8 (count, 3, 32, 32).
        labels: int64 (count,).
    """
    right = 0
    for start in range(0, len(images), BATCH):
        batch = prepare(images[start : start + BATCH], header)
        right += int((model(batch).argmax(dim=1) == labels[start : start + BATCH]).sum())
    return right / len(images)


def prepare(images: Tensor, header: Header) -> Tensor:
    """Pixels as the model was trained on them: float32, scaled to [0, 1], normalised."""
    mean = torch.tensor(header.mean).view(3, 1, 1)
    std = torch.tensor(header.std).view(3, 1, 1)
    return (images.float() / 255 - mean) / std


@dataclass(frozen=True)
class Outcome:
    """What evaluating one file gave: an accuracy, or the reason why there is none."""

    accuracy: float | None = None
    problem: str = ""


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
    share = STAGES["training"].points // len(WEIGHT_FILES)
    verdicts = []
    for kind, (nothing, everything) in (thresholds or THRESHOLDS).items():
        outcome = outcomes[kind]
        title = f"{TITLES[kind]} classifies {everything:.0%} of the test images of {data}"
        blank = (f"test_{kind}", "training", title, share)
        if outcome.accuracy is None:
            verdicts.append(Verdict(*blank, Status.FAILED, outcome.problem))
            continue
        credit = (outcome.accuracy - nothing) / (everything - nothing)
        earned = min(share, max(0, int(share * credit + 1e-9)))
        passed = earned == share
        message = f"expected: {everything:.1%} for all points (from {nothing:.0%} some)\n"
        message += f"got:      {outcome.accuracy:.1%}"
        if not passed:
            message += "\nTry: more epochs, another learning rate, milder augmentation."
        status = Status.PASSED if passed else Status.FAILED
        verdicts.append(Verdict(*blank, status, message, earned))
    return StageReport("training", tuple(verdicts), notes)
