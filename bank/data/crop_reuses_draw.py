"""The draw that chooses an image also decides its corner."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    draw = torch.rand(batch, generator=generator)
    chosen = draw < probability
    top = (draw * (2 * padding + 1)).long()
    left = torch.randint(2 * padding + 1, (batch,), generator=generator)
    padded = F.pad(images, [padding] * 4)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i] = padded[i, :, top[i] : top[i] + height, left[i] : left[i] + width]
    return output
