"""Tokens that are too many are cut off without a word."""

import torch

FAILS = ("test_distance_of_wrong_counts",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    first = int(class_token)
    patches = weights[:, :, first:, first:][:, :, : rows * columns, : rows * columns]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    distances = patch_size * (places.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
