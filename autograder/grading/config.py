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
# The first of two limits has to be below the second: a worker, for example, has to be allowed more
# time than one of its programs.
BELOW = (
    ("slow_program_cpu_seconds", "program_cpu_seconds"),
    ("slow_program_wall_seconds", "program_wall_seconds"),
    ("program_cpu_seconds", "worker_cpu_seconds"),
    ("own_model_cpu_seconds", "worker_cpu_seconds"),
)


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


class SubmissionLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """The section [limits]: the same entries as in `Limits`, and what each can be."""

    program_cpu_seconds: Annotated[float, Meta(ge=2, le=600)] = Limits.program_cpu_seconds
    program_wall_seconds: Annotated[float, Meta(ge=2, le=3600)] = Limits.program_wall_seconds
    slow_program_cpu_seconds: Annotated[float, Meta(ge=1, le=600)] = Limits.slow_program_cpu_seconds
    slow_program_wall_seconds: Annotated[float, Meta(ge=1, le=3600)] = (
        Limits.slow_program_wall_seconds
    )
    stage_seconds: Annotated[float, Meta(ge=10, le=36_000)] = Limits.stage_seconds
    worker_cpu_seconds: Annotated[int, Meta(ge=10, le=36_000)] = Limits.worker_cpu_seconds
    memory_gib: Annotated[float, Meta(ge=0.5, le=64)] = Limits.memory_gib
    scratch_mib: Annotated[int, Meta(ge=1, le=4096)] = Limits.scratch_mib
    file_mib: Annotated[int, Meta(ge=1, le=4096)] = Limits.file_mib
    own_model_cpu_seconds: Annotated[float, Meta(ge=1, le=3600)] = Limits.own_model_cpu_seconds
    evaluation_seconds: Annotated[float, Meta(ge=60, le=86_400)] = Limits.evaluation_seconds
    weights_file_mib: Annotated[int, Meta(ge=1, le=4096)] = Limits.weights_file_mib
    model_parameters: Annotated[int, Meta(ge=10_000, le=10**9)] = Limits.model_parameters
    model_gflops: Annotated[float, Meta(ge=0.1, le=1000)] = Limits.model_gflops


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    grading: Grading = Grading()
    training: Training = Training()
    limits: SubmissionLimits = SubmissionLimits()


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
    grading, limits = settings.grading, structs.asdict(settings.limits)
    for low, high in BELOW:
        if limits[low] >= limits[high]:
            if file.says("limits", low):
                raise file.refusal("limits", low, f"less than {high} = {limits[high]:g}")
            raise file.refusal("limits", high, f"more than {low} = {limits[low]:g}")
    return CourseConfig(
        grading.isolation, grading.data, tuple(thresholds), grading.device, Limits(**limits)
    )
