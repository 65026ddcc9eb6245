"""The square's middle is drawn anywhere, so that squares at the edge are cut off."""

import torch

FAILS = ("test_erase",)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    output = images.clone()
    for i in range(batch):
        if torch.rand(1, generator=generator) < probability:
            row = int(torch.randint(height, (1,), generator=generator))
            column = int(torch.randint(width, (1,), generator=generator))
            top, left = max(row - size // 2, 0), max(column - size // 2, 0)
            output[i, :, top : row + size - size // 2, left : column + size - size // 2] = 0
    return output
