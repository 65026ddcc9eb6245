"""The zeros are put around the channels, too, so that colours move."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(2 * padding + 1, (batch,), generator=generator)
    left = torch.randint(2 * padding + 1, (batch,), generator=generator)
    chosen = torch.rand(batch, generator=generator) < probability
    padded = F.pad(images, [padding] * 6)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i] = padded[
                i, : images.shape[1], top[i] : top[i] + height, left[i] : left[i] + width
            ]
    return output
