"""A class token is counted on even where there is none."""

import torch

FAILS = ("test_distance_without_class_token",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    if weights.shape[-1] != 1 + rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens where {1 + rows * columns} belong")
    patches = weights[:, :, 1:, 1:]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    distances = patch_size * (places.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
