"""One draw decides for the whole batch."""

import torch

FAILS = ("test_flip",)


def random_horizontal_flip(images, probability, generator=None):
    if torch.rand(1, generator=generator) < probability:
        return images.flip(-1)
    return images.clone()
