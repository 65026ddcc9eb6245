"""The images passed in are changed themselves."""

import torch

FAILS = ("test_flip",)


def random_horizontal_flip(images, probability, generator=None):
    chosen = torch.rand(len(images), generator=generator) < probability
    images[chosen] = images[chosen].flip(-1)
    return images
