"""The images are mirrored along both axes, which is half a turn."""

import torch

FAILS = ("test_flip",)


def random_horizontal_flip(images, probability, generator=None):
    chosen = torch.rand(len(images), generator=generator) < probability
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1, -2), images)
