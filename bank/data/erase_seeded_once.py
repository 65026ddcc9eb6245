"""The draws start from the same seed in every call, whatever the generator."""

import torch

FAILS = ("test_erase_draws",)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    top = torch.randint(height - size + 1, (batch,), generator=torch.Generator().manual_seed(1))
    left = torch.randint(width - size + 1, (batch,), generator=torch.Generator().manual_seed(2))
    chosen = torch.rand(batch, generator=torch.Generator().manual_seed(0)) < probability
    output = images.clone()
    for i in range(batch):
        if chosen[i]:
            output[i, :, top[i] : top[i] + size, left[i] : left[i] + size] = 0
    return output
