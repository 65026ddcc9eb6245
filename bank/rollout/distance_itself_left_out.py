"""The patch itself is left out of its own mean."""

import torch

FAILS = ("test_distance",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    first = int(class_token)
    if weights.shape[-1] != first + rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens where {first + rows * columns} belong")
    patches = weights[:, :, first:, first:]
    others = patches * (1 - torch.eye(rows * columns).to(weights))
    patches = others / others.sum(dim=-1, keepdim=True).clamp(min=1e-12)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    distances = patch_size * (places.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
