"""A record of the draws; sets and deques for the split."""

from collections import deque
from dataclasses import dataclass

import torch


@dataclass
class Draws:
    images: Tensor
    generator: torch.Generator | None

    def happens(self, probability: float) -> Tensor:
        shape = (self.images.size(0), 1, 1, 1)
        number = torch.rand(shape, generator=self.generator, device=self.images.device)
        return number.lt(probability)

    def below(self, high: int) -> Tensor:
        shape = (self.images.size(0), 1, 1, 1)
        return torch.randint(high, shape, generator=self.generator, device=self.images.device)

    def places(self, axis: int) -> Tensor:
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        return torch.arange(self.images.size(axis), device=self.images.device).view(shape)


def split_indices(num_examples: int, validation_fraction: float, seed: int):
    generator = torch.Generator(device="cpu")
    generator.manual_seed(seed)
    waiting = deque(torch.randperm(num_examples, generator=generator).tolist())
    validation = [waiting.popleft() for _ in range(round(num_examples * validation_fraction))]
    return torch.tensor(list(waiting)).long(), torch.tensor(validation).long()


def random_horizontal_flip(images, probability, generator=None):
    draws = Draws(images, generator)
    columns = draws.places(3)
    seen = torch.where(draws.happens(probability), images.size(3) - 1 - columns, columns)
    return torch.take_along_dim(images, seen, dim=3)


def random_crop(images, padding, probability, generator=None):
    draws = Draws(images, generator)
    chosen = draws.happens(probability)
    output = images
    for axis in (2, 3):
        place = draws.places(axis) + chosen * (draws.below(2 * padding + 1) - padding)
        last = images.size(axis) - 1
        output = torch.take_along_dim(output, place.clamp(0, last), dim=axis)
        output = torch.where((place >= 0) & (place <= last), output, torch.zeros_like(output))
    return output


def random_erase(images, size, probability, generator=None):
    draws = Draws(images, generator)
    erased = draws.happens(probability)
    for axis in (3, 2):
        distance = draws.places(axis) - draws.below(images.size(axis) - size + 1)
        erased = erased & (distance >= 0) & (distance < size)
    return images.masked_fill(erased, 0)
