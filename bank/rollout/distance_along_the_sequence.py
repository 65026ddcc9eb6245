"""The distance is the difference of the patches' numbers, as if they lay in one long row."""

import torch

FAILS = ("test_distance",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    first = int(class_token)
    if weights.shape[-1] != first + rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens where {first + rows * columns} belong")
    patches = weights[:, :, first:, first:]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    number = torch.arange(rows * columns).to(weights)
    distances = patch_size * (number.unsqueeze(1) - number).abs()
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
