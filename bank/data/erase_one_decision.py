"""One draw decides for the whole batch whether it is erased."""

import torch

FAILS = ("test_erase",)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(height - size + 1, (batch,), generator=generator)
    left = torch.randint(width - size + 1, (batch,), generator=generator)
    chosen = (torch.rand(1, generator=generator) < probability).expand(batch)
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i, :, top[i] : top[i] + size, left[i] : left[i] + size] = 0
    return output
