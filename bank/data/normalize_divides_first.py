"""The images are divided by the standard deviation before the mean is taken off."""

import torch

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=images.dtype).view(-1, 1, 1)
    std = torch.as_tensor(std, dtype=images.dtype).view(-1, 1, 1)
    return images / std - mean
