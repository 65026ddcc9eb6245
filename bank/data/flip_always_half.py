"""The probability asked for is not used: half of the images are mirrored whatever it is."""

import torch

FAILS = ("test_flip",)


def random_horizontal_flip(images, probability, generator=None):
    chosen = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1), images)
