"""The embedded sample: procedural images, not CIFAR-10.

Ten classes of 32 x 32 RGB images, drawn by arithmetic in about a second, so that the whole
course runs without a download. A class is a shape or a texture; colours, sizes, places, tilt,
light and noise are random and tell nothing about it.

Only +, -, *, /, square roots, comparisons and `Generator.random` are used, in float64 and
without sums over axes: these are exact everywhere, so that every machine draws the same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Pattern = Callable[[Field, Field, Field], Field]

SIZE = 32
TRAIN = 10_000
TEST = 2_000
SEED = 2021


@dataclass(frozen=True)
class Split:
    """Images uint8 (count, 3, 32, 32) and labels int64 (count,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def generate(count: int = TRAIN, test_count: int = TEST, seed: int = SEED) -> tuple[Split, Split]:
    """Draw the sample: a training and a test part, each with its classes balanced.

    Args:
        count: training images; a multiple of ten.
        test_count: test images; likewise.
        seed: decides everything.

    Returns:
        (train, test).

    Raises:
        ValueError: where a count is not a multiple of the number of classes.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return draw(count, rng), draw(test_count, rng)


def draw(count: int, rng: np.random.Generator) -> Split:
    """Draw `count` images, as many of each class, in random order."""
    each, rest = divmod(count, len(PATTERNS))
    if rest:
        raise ValueError(f"count {count} is not a multiple of the {len(PATTERNS)} classes")
    images = np.concatenate([paint(pattern, each, rng) for pattern in PATTERNS.values()])
    labels = np.repeat(np.arange(len(PATTERNS), dtype=np.int64), each)
    order = np.argsort(rng.random(count), kind="stable")
    return Split(images[order], labels[order])


def paint(pattern: Pattern, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Images of one class: the pattern in one random colour, on another, under random light."""

    def between(low: float, high: float, *shape: int) -> Field:
        return low + (high - low) * rng.random((count, *(shape or (1, 1))))

    # The pattern's own axes: a place, and a tilt whose cosine and sine come from its half tangent.
    place_u, place_v = between(9, 23), between(9, 23)
    half_tangent = between(-0.2, 0.2)
    cosine = (1 - half_tangent**2) / (1 + half_tangent**2)
    sine = 2 * half_tangent / (1 + half_tangent**2)
    column, row = np.arange(SIZE) - place_u, np.arange(SIZE)[:, None] - place_v
    u, v = cosine * column + sine * row, cosine * row - sine * column
    inside = np.clip(0.5 - pattern(u, v, between(0, 1)), 0, 1)[:, None]

    # Two colours that differ in every channel, in either direction.
    contrast = between(0.15, 0.6, 3, 1, 1)
    darker = between(0, 1, 3, 1, 1) * (1 - contrast)
    swapped = rng.random((count, 3, 1, 1)) < 0.5
    colour = darker + contrast * np.where(swapped, 1 - inside, inside)

    light = between(-0.012, 0.012) * column + between(-0.012, 0.012) * row
    noise = between(0, 0.25, 1, 1, 1) * (2 * rng.random((count, 3, SIZE, SIZE)) - 1)
    pixels = np.clip(colour + light[:, None] + noise, 0, 1)
    return np.floor(pixels * 255 + 0.5).astype(np.uint8)


# A pattern takes the coordinates u (right) and v (down) in pixels (count, 32, 32), and a free
# number from [0, 1) (count, 1, 1) that sets its size. It returns the distance to the pattern's
# edge in pixels, negative inside.


def disc(u: Field, v: Field, scale: Field) -> Field:
    return radius(u, v) - between_sizes(scale)


def ring(u: Field, v: Field, scale: Field) -> Field:
    size = between_sizes(scale)
    return np.abs(radius(u, v) - 0.85 * size) - 0.3 * size


def square(u: Field, v: Field, scale: Field) -> Field:
    return np.maximum(np.abs(u), np.abs(v)) - 0.9 * between_sizes(scale)


def triangle(u: Field, v: Field, scale: Field) -> Field:
    slanted = np.maximum(u, -u) * np.sqrt(0.75) - v / 2
    return np.maximum(slanted, v) - 0.7 * between_sizes(scale)


def cross(u: Field, v: Field, scale: Field) -> Field:
    size = between_sizes(scale)
    long, short = np.maximum(np.abs(u), np.abs(v)), np.minimum(np.abs(u), np.abs(v))
    return np.maximum(long - 1.1 * size, short - 0.35 * size)


def horizontal_stripes(u: Field, v: Field, scale: Field) -> Field:
    return wave(v, between_periods(scale))


def vertical_stripes(u: Field, v: Field, scale: Field) -> Field:
    return wave(u, between_periods(scale))


def zigzag(u: Field, v: Field, scale: Field) -> Field:
    period = between_periods(scale)
    return wave(v + wave(u, 2 * period), period)


def checkerboard(u: Field, v: Field, scale: Field) -> Field:
    period = 1.3 * between_periods(scale)
    across, down = wave(u, period), wave(v, period)
    return np.where(across * down < 0, -1, 1) * np.minimum(np.abs(across), np.abs(down))


def dots(u: Field, v: Field, scale: Field) -> Field:
    period = 1.2 * between_periods(scale)
    across, down = wave(u, period) + period / 4, wave(v, period) + period / 4
    return radius(across, down) - 0.38 * period


PATTERNS: dict[str, Pattern] = {
    "disc": disc,
    "ring": ring,
    "square": square,
    "triangle": triangle,
    "cross": cross,
    "horizontal stripes": horizontal_stripes,
    "vertical stripes": vertical_stripes,
    "zigzag": zigzag,
    "checkerboard": checkerboard,
    "dots": dots,
}


def radius(u: Field, v: Field) -> Field:
    return np.sqrt(u * u + v * v)


def between_sizes(scale: Field) -> Field:
    return 5 + 6 * scale


def between_periods(scale: Field) -> Field:
    return 5 + 5 * scale


def wave(x: Field, period: Field) -> Field:
    """A triangle wave between -period / 4 and period / 4, of slope 1 or -1."""
    phase = x / period
    return period * np.abs(phase - np.floor(phase) - 0.5) - period / 4
