"""Each channel loses a square at another place."""

import torch

FAILS = ("test_erase",)


def random_erase(images, size, probability, generator=None):
    batch, channels, height, width = images.shape
    output = images.clone()
    for i in range(batch):
        if torch.rand(1, generator=generator) < probability:
            for channel in range(channels):
                top = int(torch.randint(height - size + 1, (1,), generator=generator))
                left = int(torch.randint(width - size + 1, (1,), generator=generator))
                output[i, channel, top : top + size, left : left + size] = 0
    return output
