"""With a padding of 0 an index of minus zero leaves an empty image."""

import torch
from torch.nn import functional as F

FAILS = ("test_crop_draws",)


def random_crop(images, padding, probability, generator=None):
    padded = F.pad(images, [padding] * 4)
    middle = padded[:, :, padding:-padding, padding:-padding]
    batch, _, height, width = images.shape
    crops = []
    for i in range(batch):
        top, left = torch.randint(2 * padding + 1, (2,), generator=generator).tolist()
        crop = padded[i, :, top : top + height, left : left + width]
        crops.append(crop if torch.rand(1, generator=generator) < probability else middle[i])
    return torch.stack(crops)
