"""The corners come from PyTorch's global random state although a generator was given."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(2 * padding + 1, (batch,))
    left = torch.randint(2 * padding + 1, (batch,))
    chosen = torch.rand(batch, generator=generator) < probability
    padded = F.pad(images, [padding] * 4)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i] = padded[i, :, top[i] : top[i] + height, left[i] : left[i] + width]
    return output
