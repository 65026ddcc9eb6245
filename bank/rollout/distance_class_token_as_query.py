"""The class token is left out as a key only; as a query it counts, as if it lay at the first
patch.
"""

import torch

FAILS = ("test_distance",)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    first = int(class_token)
    if weights.shape[-1] != first + rows * columns:
        raise ValueError(f"{weights.shape[-1]} tokens where {first + rows * columns} belong")
    patches = weights[..., first:]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    queries = torch.cat([places[:first], places])
    distances = patch_size * (queries.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
