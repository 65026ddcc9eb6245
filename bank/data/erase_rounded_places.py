"""The first and last places are drawn half as often as the others: rounding a draw from a whole
range gives its two ends only half a share each."""

import torch

FAILS = ("test_erase_draws",)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    top = (torch.rand(batch, generator=generator) * (height - size)).round().long()
    left = (torch.rand(batch, generator=generator) * (width - size)).round().long()
    chosen = torch.rand(batch, generator=generator) < probability
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i, :, top[i] : top[i] + size, left[i] : left[i] + size] = 0
    return output
