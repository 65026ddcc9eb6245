"""Weights that do not fit end in an AssertionError, which `python -O` leaves out, instead of a
ValueError.
"""

import torch

FAILS = ("test_distance_of_wrong_counts",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    first = int(class_token)
    needed = first + rows * columns
    assert weights.shape[-1] == needed, f"{weights.shape[-1]} and not {needed}"
    patches = weights[:, :, first:, first:]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    distances = patch_size * (places.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
