"""Axes by their names."""

import einops
import torch
from torchvision.transforms.functional import InterpolationMode, resize


def resize_positions(positions, old_grid, new_grid, class_token=True):
    rows, columns = old_grid
    if positions.size(1) != rows * columns + class_token:
        raise ValueError(f"{positions.size(1)} is not {rows * columns + class_token}")
    token, patches = positions.split([int(class_token), rows * columns], dim=1)
    picture = einops.rearrange(patches, "1 (row column) d -> d row column", row=rows)
    picture = resize(picture, list(new_grid), InterpolationMode.BICUBIC, antialias=True)
    patches = einops.rearrange(picture, "d row column -> 1 (row column) d")
    return torch.cat((token, patches), 1)


def attention_rollout(weights):
    mean = einops.reduce(weights, "layer b h q k -> layer b q k", "mean")
    mean = 0.5 * mean + 0.5 * torch.eye(mean.shape[-1]).to(mean)
    result = mean[0]
    for each in mean[1:]:
        result = torch.bmm(each, result)
    return result


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    if weights.size(-1) != rows * columns + class_token:
        raise ValueError(f"{weights.size(-1)} is not {rows * columns + class_token}")
    if class_token:
        weights = weights[..., 1:, 1:]
    row = einops.repeat(torch.arange(rows), "r -> (r c)", c=columns)
    column = einops.repeat(torch.arange(columns), "c -> (r c)", r=rows)
    squares = (row - row[:, None]) ** 2 + (column - column[:, None]) ** 2
    pixels = patch_size * squares.to(weights).sqrt()
    looked = einops.einsum(weights, pixels, "b h q k, q k -> b h q")
    return einops.reduce(looked / weights.sum(-1), "b h q -> h", "mean")
