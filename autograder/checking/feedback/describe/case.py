"""One difference, ready to be looked at: both tensors in float64, and words for what is seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .call_context import Scene

TOLERANCE = {torch.float64: 1e-7, torch.float32: 1e-4, torch.bfloat16: 2e-2, torch.float16: 2e-3}
SINGULAR = {
    "batch": "image",
    "rows": "row",
    "columns": "column",
    "channels": "channel",
    "tokens": "token",
    "heads": "head",
    "queries": "query",
    "keys": "key",
    "patches": "patch",
    "positions": "position",
    "classes": "class",
    "numbers": "number",
    "outputs": "output",
    "inputs": "input",
    "embed_dim": "column",
    "examples": "example",
}
MENTIONED = 6
NEARER = 0.1


@dataclass(frozen=True)
class Case:
    """Two tensors of one shape that should be the same.

    Attributes:
        got, expected: in float64.
        tolerance: relative, by the dtype they came in.
        scene: what is known about the call.
    """

    got: Tensor
    expected: Tensor
    tolerance: float
    scene: Scene

    def same(self, one: Tensor, other: Tensor) -> bool:
        """Whether two tensors agree: each number within the tolerance of its own size and the
        largest one's."""
        if one.shape != other.shape or not one.numel():
            return False
        scale = float(other.abs().max())
        allowed = self.tolerance * (0.1 * scale + other.abs()) + 1e-12
        return bool(((one - other).abs() <= allowed).all())

    def explains(self, guess: Tensor) -> bool:
        """Whether the guess is what came, and far nearer to it than what was expected."""
        if not self.same(self.got, guess):
            return False
        off = float((self.got - self.expected).abs().max())
        return float((self.got - guess).abs().max()) <= NEARER * off

    def right(self) -> Tensor:
        """Which numbers are as expected."""
        allowed = self.tolerance * (0.1 + self.expected.abs())
        return (self.got - self.expected).abs() <= allowed

    @property
    def axes(self) -> list[tuple[int, str]]:
        """The axes longer than one, with their names."""
        return [
            (axis, name)
            for axis, name in enumerate(self.scene.axes)
            if self.expected.shape[axis] > 1
        ]

    @property
    def yours(self) -> str:
        """The tensor in the second person: "your output", "your weights"."""
        return yours(self.scene.part)


Rule = Callable[[Case], str | None]


def yours(part: str) -> str:
    """The part in the second person."""
    short = part.split(",")[0].strip()
    if short.startswith("the ") and len(short) < 60:
        return "your " + short[4:]
    return "your output"


def are(part: str) -> str:
    """The verb that fits it."""
    return "are" if yours(part).split(" of ")[0].endswith(("s",)) else "is"


def singular(name: str) -> str:
    """One of what the axis counts."""
    return SINGULAR.get(name, f"place along {name}")


def listed(numbers: Sequence[object], most: int = MENTIONED) -> str:
    """Numbers in words: "0, 2 and 5"."""
    words = [str(number) for number in numbers]
    if len(words) > most:
        return ", ".join(words[:most]) + f", ... ({len(words)} in all)"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 2 else words)


def plural(name: str) -> str:
    """All that the axis counts."""
    return {"batch": "images", "embed_dim": "columns"}.get(name, name)


def slices(name: str, numbers: Sequence[int]) -> str:
    """Some slices of an axis: "token 0", "channels 1 and 2"."""
    if name.startswith("axis"):
        return f"{listed(numbers)} along {name}"
    if len(numbers) == 1:
        return f"{singular(name)} {numbers[0]}"
    whole = list(range(numbers[0], numbers[-1] + 1)) == list(numbers)
    if whole and len(numbers) > 2:
        return f"{plural(name)} {numbers[0]} to {numbers[-1]}"
    return f"{plural(name)} {listed(numbers)}"


def short(value: float) -> str:
    """A number as short as it can be read."""
    return f"{value:.4g}"


def meanings(value: float, sizes: dict[str, float], tolerance: float = 3e-4) -> list[str]:
    """What a factor may be, by the sizes: ["√head_dim", "√tokens"]."""
    found = []
    for name, size in sizes.items():
        if size <= 1:
            continue
        root = math.sqrt(size)
        forms = {
            name: size,
            f"√{name}": root,
            f"1/{name}": 1 / size,
            f"1/√{name}": 1 / root,
            f"√√{name}": math.sqrt(root),
            f"{name}/({name} − 1)": size / (size - 1),
            f"({name} − 1)/{name}": (size - 1) / size,
            f"√({name}/({name} − 1))": math.sqrt(size / (size - 1)),
        }
        found += [form for form, number in forms.items() if near(value, number, tolerance)]
    plain = {"255/256": 255 / 256, "√2": math.sqrt(2)}
    return found + [form for form, number in plain.items() if near(value, number, tolerance)]


def factor_in_words(value: float, sizes: dict[str, float]) -> str:
    """A factor with what it is, or, of a small whole number, may be: "2.449 (= √head_dim)"."""
    names = " or ".join(meanings(value, sizes)[:3])
    if not names:
        return short(value)
    plain = value < 4.5 and abs(value - round(value)) < 1e-3
    return f"{short(value)} (perhaps {names})" if plain else f"{short(value)} (= {names})"


def other_axes(tensor: Tensor, axis: int) -> list[int]:
    """Every axis but one."""
    return [other for other in range(tensor.ndim) if other != axis]


def fitted(target: Tensor, known: Tensor) -> float:
    """The factor of `known` with the smallest squared error; 0 where `known` is 0 throughout."""
    power = float((known * known).sum())
    return float((target * known).sum()) / power if power else 0.0


def line(target: Tensor, known: Tensor) -> tuple[float, float]:
    """Slope and offset of the line from known numbers to a target's, by least squares."""
    design = torch.stack([known, torch.ones_like(known)], dim=1)
    slope, offset = torch.linalg.lstsq(design, target.unsqueeze(1)).solution.flatten().tolist()
    return slope, offset


def near(value: float, number: float, tolerance: float) -> bool:
    """Whether a measured number is this one."""
    return abs(value - number) <= tolerance * abs(number)
