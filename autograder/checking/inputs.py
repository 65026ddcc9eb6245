"""Inputs made from a seed, the check's name and a count: the same bits on every machine.

The numbers come from SHAKE-256 rather than from a library's random generator, so that what was
recorded on one machine is what another one asks, whatever its processor and library versions.
"""

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
        return torch.from_numpy((self._words(math.prod(shape)) % high).astype(np.int64)).view(shape)

    def uniform(self, *shape: int) -> Tensor:
        """float32 from [0, 1)."""
        fractions = (self._words(math.prod(shape)) >> 8).astype(np.float32) / np.float32(2**24)
        return torch.from_numpy(fractions).view(shape)

    def normal(self, *shape: int) -> Tensor:
        """float32 of mean 0 and variance 1, between -3.5 and 3.5: a sum of four uniform draws."""
        draws = self.uniform(4, *shape)
        return (draws[0] + draws[1] + draws[2] + draws[3] - 2) * math.sqrt(3)

    def pixels(self, *shape: int) -> Tensor:
        """uint8 from 0 to 255."""
        return self.integers(256, *shape).to(torch.uint8)

    def seed(self) -> int:
        """A seed for a generator: from 0 to 2**31 - 1."""
        return int(self.integers(2**31, 1))

    def _words(self, count: int) -> np.ndarray:
        self.count += 1
        stream = hashlib.shake_256(self.key + self.count.to_bytes(4, "big")).digest(4 * count)
        return np.frombuffer(stream, dtype=">u4").astype(np.uint32)
