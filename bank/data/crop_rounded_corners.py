"""The first and last row and column are drawn half as often as the others: rounding a draw from a
whole range gives its two ends only half a share each."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    top = (torch.rand(batch, generator=generator) * 2 * padding).round().long()
    left = (torch.rand(batch, generator=generator) * 2 * padding).round().long()
    chosen = torch.rand(batch, generator=generator) < probability
    padded = F.pad(images, [padding] * 4)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i] = padded[i, :, top[i] : top[i] + height, left[i] : left[i] + width]
    return output
