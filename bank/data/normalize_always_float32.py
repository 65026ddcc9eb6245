"""The result is float32 whatever the images were."""

import torch

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=torch.float32).view(-1, 1, 1)
    std = torch.as_tensor(std, dtype=torch.float32).view(-1, 1, 1)
    return (images.float() - mean) / std
