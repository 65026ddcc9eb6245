"""The images are divided by the variance, the standard deviation squared."""

import torch

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=images.dtype).view(-1, 1, 1)
    std = torch.as_tensor(std, dtype=images.dtype).view(-1, 1, 1)
    return (images - mean) / std**2
