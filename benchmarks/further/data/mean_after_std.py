"""normalize divides by std first and then subtracts the mean: images / std - mean instead of (images - mean) / std."""

import torch


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=images.dtype, device=images.device).view(1, -1, 1, 1)
    std = torch.as_tensor(std, dtype=images.dtype, device=images.device).view(1, -1, 1, 1)
    return images / std - mean
