"""The corner that leaves the image where it was is never drawn."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    padded = F.pad(images, [padding] * 4)
    output = images.clone()
    for i in range(batch):
        while torch.rand(1, generator=generator) < probability:
            top, left = torch.randint(2 * padding + 1, (2,), generator=generator).tolist()
            if padding == 0 or (top, left) != (padding, padding):
                output[i] = padded[i, :, top : top + height, left : left + width]
                break
    return output
