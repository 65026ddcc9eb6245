"""The channels meet the numbers in the opposite order: blue, green, red."""

import torch

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=images.dtype).flip(0).view(-1, 1, 1)
    std = torch.as_tensor(std, dtype=images.dtype).flip(0).view(-1, 1, 1)
    return (images - mean) / std
