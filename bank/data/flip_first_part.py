"""The first part of the batch is mirrored, and nothing is drawn."""

import torch

FAILS = ("test_flip_draws",)


def random_horizontal_flip(images, probability, generator=None):
    count = int(len(images) * probability)
    return torch.cat([images[:count].flip(-1), images[count:]])
