"""The square is one pixel too large each way."""

import torch

FAILS = ("test_erase",)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(height - size + 1, (batch,), generator=generator)
    left = torch.randint(width - size + 1, (batch,), generator=generator)
    chosen = torch.rand(batch, generator=generator) < probability
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i, :, top[i] : top[i] + size + 1, left[i] : left[i] + size + 1] = 0
    return output
