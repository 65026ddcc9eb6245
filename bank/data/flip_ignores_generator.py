"""The draws come from PyTorch's global random state although a generator was given."""

import torch

FAILS = ("test_flip_draws",)


def random_horizontal_flip(images, probability, generator=None):
    chosen = torch.rand(len(images)) < probability
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1), images)
