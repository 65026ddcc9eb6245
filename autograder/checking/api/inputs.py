"""Inputs made from a seed, the check's name and a count: the same bits on every machine.

The numbers come from SHAKE-256 rather than from a library's random generator, so that what was
recorded on one machine is what another one asks, whatever its processor and library versions.
"""

import functools
import hashlib
import hmac
import math

import numpy as np
import torch
from torch import Tensor


class Inputs:
    """A stream of tensors that only the seed's owner can foretell.

    Args:
        seed: secret, or b"public" for the checks a student runs.
        check: the name of the check, so that each has inputs of its own.
    """

    def __init__(self, seed: bytes, check: str) -> None:
        self.key = hmac.new(seed, check.encode(), hashlib.sha256).digest()
        self.count = 0

    def integers(self, high: int, *shape: int) -> Tensor:
        """int64 from 0 to high - 1."""
        self.count += 1
        drawn = words(self.key, self.count, math.prod(shape)) % high
        return torch.from_numpy(drawn.astype(np.int64)).view(shape)

    def uniform(self, *shape: int) -> Tensor:
        """float32 from [0, 1)."""
        self.count += 1
        return torch.from_numpy(fractions(self.key, self.count, math.prod(shape)).copy()).view(
            shape
        )

    def normal(self, *shape: int) -> Tensor:
        """float32 of mean 0 and variance 1, between -3.5 and 3.5: a sum of four uniform draws."""
        self.count += 1
        return torch.from_numpy(bells(self.key, self.count, math.prod(shape)).copy()).view(shape)

    def pixels(self, *shape: int) -> Tensor:
        """uint8 from 0 to 255."""
        return self.integers(256, *shape).to(torch.uint8)

    def seed(self) -> int:
        """A seed for a generator: from 0 to 2**31 - 1."""
        return int(self.integers(2**31, 1))


def words(key: bytes, number: int, count: int) -> np.ndarray:
    """`count` words of 32 bits: the stream's draw of this number."""
    stream = hashlib.shake_256(key + number.to_bytes(4, "big")).digest(4 * count)
    return np.frombuffer(stream, dtype=">u4").astype(np.uint32)


def fractions(key: bytes, number: int, count: int) -> np.ndarray:
    """The same draw as float32 from [0, 1)."""
    return (words(key, number, count) >> 8).astype(np.float32) / np.float32(2**24)


@functools.lru_cache(maxsize=4096)  # A class's submissions are asked the same.
def bells(key: bytes, number: int, count: int) -> np.ndarray:
    """The sum of four such draws, moved and scaled to mean 0 and variance 1."""
    draws = fractions(key, number, 4 * count).reshape(4, count)
    return (draws[0] + draws[1] + draws[2] + draws[3] - np.float32(2)) * np.float32(math.sqrt(3))
