"""The result is float32 even where the images were uint8."""

import torch

FAILS = ("test_flip",)


def random_horizontal_flip(images, probability, generator=None):
    chosen = (torch.rand(len(images), generator=generator) < probability).float()
    chosen = chosen.view(-1, 1, 1, 1)
    return chosen * images.flip(-1) + (1 - chosen) * images
