"""Two classes of drawn pictures, where dogs and cats cannot be had: crescents and hourglasses.

They are drawn like the embedded sample's ten classes, and are none of them: a network that was
pre-trained on the sample has never seen them.
"""

import numpy as np
import torch
from torch.nn import functional as F

from data import sample
from labs.folders import Album, Part

SEED = 2020
COUNTS = {"train": 200, "validation": 50, "test": 200}  # of each class


def crescent(u: sample.Field, v: sample.Field, scale: sample.Field) -> sample.Field:
    """A disc without another one."""
    size = 1.2 * sample.between_sizes(scale)
    bite = 0.85 * size - sample.radius(u - 0.6 * size, v)
    return np.maximum(sample.radius(u, v) - size, bite)


def hourglass(u: sample.Field, v: sample.Field, scale: sample.Field) -> sample.Field:
    """Two triangles, tip to tip."""
    size = 1.1 * sample.between_sizes(scale)
    return np.maximum(np.sqrt(0.5) * (np.abs(u) - np.abs(v)) - 0.5, np.abs(v) - size)


PATTERNS = {"crescent": crescent, "hourglass": hourglass}


def load(size: int) -> Album:
    """Draw the pictures, the same ones each time.

    Args:
        size: height and width of the images, in pixels; they are drawn with 32 and enlarged.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    train, validation, test = (draw(count, size, rng) for count in COUNTS.values())
    note = "these are no dogs and cats; quote no accuracy on them as one on Dogs vs. Cats"
    title = "crescents and hourglasses (drawn pictures)"
    return Album(title, tuple(PATTERNS), train, validation, test, notes=(note,))


def draw(count: int, size: int, rng: np.random.Generator) -> Part:
    """So many pictures of each class."""
    drawn = [torch.from_numpy(sample.paint(each, count, rng)) for each in PATTERNS.values()]
    images = F.interpolate(torch.cat(drawn).float(), size=(size, size), mode="bilinear")
    return Part(images.round().byte(), torch.arange(len(PATTERNS)).repeat_interleave(count))
