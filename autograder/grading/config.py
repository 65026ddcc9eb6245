"""The instructor's settings, in `vitcourse.toml` beside nbgrader's folders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "vitcourse.toml"
ISOLATIONS = ("sandbox", "bubblewrap", "landlock", "cooperative")
DEVICES = ("auto", "cpu", "cuda")


class ConfigError(ValueError):
    """vitcourse.toml says something that cannot be; the message names the entry."""


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
    """

    isolation: str = "sandbox"
    data: str = "cifar10"
    thresholds: tuple[tuple[str, Threshold], ...] = (
        ("vit", Threshold(0.40, 0.50)),
        ("resnet", Threshold(0.50, 0.60)),
    )
    device: str = "auto"


def load_config(root: Path) -> CourseConfig:
    """The settings of the course in `root`; without the file, the defaults.

    Raises:
        ConfigError: for an unknown entry or a value that cannot be.
    """
    path = root / FILE
    if not path.is_file():
        return CourseConfig()
    try:
        content = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    default = CourseConfig()
    grading = take(content, "grading", {"isolation", "data", "device"}, path)
    training = take(content, "training", {name for name, _ in default.thresholds}, path)
    if content:
        raise ConfigError(f"{path}: unknown section [{next(iter(content))}]")
    isolation = one_of(ISOLATIONS, "isolation", grading, default.isolation, path)
    device = one_of(DEVICES, "device", grading, default.device, path)
    thresholds = tuple(
        (name, threshold(training[name], name, path) if name in training else given)
        for name, given in default.thresholds
    )
    return CourseConfig(isolation, str(grading.get("data", default.data)), thresholds, device)


def take(content: dict[str, Any], section: str, known: set[str], path: Path) -> dict[str, Any]:
    """One section, taken out of the file's content."""
    found = content.pop(section, {})
    if not isinstance(found, dict) or set(found) - known:
        raise ConfigError(f"{path}: [{section}] may hold {sorted(known)}, nothing else")
    return found


def one_of(
    known: tuple[str, ...], name: str, section: dict[str, Any], default: str, path: Path
) -> str:
    """An entry that is one of some words."""
    value = section.get(name, default)
    if value not in known:
        raise ConfigError(f'{path}: {name} is one of {known}, not "{value}"')
    return str(value)


def threshold(value: Any, name: str, path: Path) -> Threshold:
    """A pair of accuracies, the lower first."""
    match value:
        case [int() | float() as nothing, int() | float() as everything] if (
            0 <= nothing < everything <= 1
        ):
            return Threshold(float(nothing), float(everything))
    raise ConfigError(
        f"{path}: {name} is two accuracies from 0 to 1, the one that earns nothing first, "
        f"for example [0.4, 0.5]; found {value!r}"
    )
