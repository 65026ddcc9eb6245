"""The instructor's settings, in `vitcourse.toml` beside nbgrader's folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from autograder.checking.execution.limits import Limits
from autograder.checking.weights.evaluation import THRESHOLDS

from .settings_file import ConfigError, SettingsFile

__all__ = ["ConfigError", "CourseConfig", "Threshold", "load_config"]

FILE = "vitcourse.toml"
Accuracy = Annotated[float, Meta(ge=0, le=1)]
Accuracies = Annotated[
    tuple[Accuracy, Accuracy],
    Meta(description="two accuracies from 0 to 1, the one that earns nothing first"),
]


@dataclass(frozen=True)
class Threshold:
    """Accuracy on the test images that earns nothing, and what earns everything."""

    nothing: float
    everything: float


@dataclass(frozen=True)
class CourseConfig:
    """What the instructor decides.

    Attributes:
        isolation: "sandbox" for the best that works here, "bubblewrap" or "landlock" for exactly
            that, or "cooperative" where submissions run without a sandbox.
        data: the data set that handed-in weights are evaluated on: "cifar10", "sample", or a
            folder.
        thresholds: by model, "vit" and "resnet".
        device: where they are evaluated: "auto" for a GPU where there is one, "cpu", or "cuda".
        limits: what a submission may take; they are no part of the text, of which names for what
            verdicts rest on are made: there `Limits.changed` stands for them.
    """

    isolation: str = "sandbox"
    data: str = "cifar10"
    thresholds: tuple[tuple[str, Threshold], ...] = tuple(
        (name, Threshold(*accuracies)) for name, accuracies in THRESHOLDS.items()
    )
    device: str = "auto"
    limits: Limits = field(default=Limits(), repr=False)


class Grading(Struct, frozen=True, forbid_unknown_fields=True):
    """The section [grading]."""

    isolation: Literal["sandbox", "bubblewrap", "landlock", "cooperative"] = "sandbox"
    data: Annotated[str, Meta(min_length=1)] = CourseConfig.data
    device: Literal["auto", "cpu", "cuda"] = "auto"


class Training(Struct, frozen=True, forbid_unknown_fields=True):
    """The section [training]."""

    vit: Accuracies = THRESHOLDS["vit"]
    resnet: Accuracies = THRESHOLDS["resnet"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    grading: Grading = Grading()
    training: Training = Training()


def load_config(root: Path) -> CourseConfig:
    """The settings of the course in `root`; without the file, the defaults.

    Raises:
        ConfigError: for an unknown entry or a value that cannot be.
    """
    path = root / FILE
    if not path.is_file():
        return CourseConfig()
    file = SettingsFile(path, Settings)
    settings = file.read()
    thresholds = []
    for name, (nothing, everything) in structs.asdict(settings.training).items():
        if nothing >= everything:
            raise file.refusal("training", name)
        thresholds.append((name, Threshold(nothing, everything)))
    grading = settings.grading
    return CourseConfig(grading.isolation, grading.data, tuple(thresholds), grading.device)
