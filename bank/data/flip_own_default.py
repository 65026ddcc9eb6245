"""Without a generator a new one is made, always with the same seed, so every batch gets the same
draws.
"""

import torch

FAILS = ("test_flip_draws",)


def random_horizontal_flip(images, probability, generator=None):
    if generator is None:
        generator = torch.Generator()
    chosen = torch.rand(len(images), generator=generator) < probability
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1), images)
