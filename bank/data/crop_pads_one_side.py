"""The image is padded on two sides only, so that it moves one way only."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(padding + 1, (batch,), generator=generator) + padding
    left = torch.randint(padding + 1, (batch,), generator=generator) + padding
    chosen = torch.rand(batch, generator=generator) < probability
    padded = F.pad(images, [padding] * 4)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i] = padded[i, :, top[i] : top[i] + height, left[i] : left[i] + width]
    return output
