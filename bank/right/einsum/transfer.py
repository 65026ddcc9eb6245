"""Scaling as two matrices, one for the rows and one for the columns; all sums by einsum."""

import functools

import torch
import torch.nn.functional as F


def scaling(old, new):
    picture = torch.eye(old)[None, None]
    scaled = F.interpolate(picture, size=(new, old), mode="bicubic", antialias=True)
    return scaled[0, 0]


def resize_positions(positions, old_grid, new_grid, class_token=True):
    there, patches = positions.shape[1], old_grid[0] * old_grid[1]
    needed = patches + int(class_token)
    if there != needed:
        raise ValueError(f"expected {needed} positions and not {there}")
    grid = positions[0, there - patches :].unflatten(0, tuple(old_grid))
    down, across = (scaling(*sizes).to(positions) for sizes in zip(old_grid, new_grid, strict=True))
    scaled = torch.einsum("ir,jc,rcd->ijd", down, across, grid).flatten(0, 1)
    return torch.cat([positions[0, : there - patches], scaled])[None]


def attention_rollout(weights):
    mixing = weights.mean(2) / 2
    mixing = mixing + torch.diag_embed(torch.full_like(mixing[..., 0], 0.5))
    return functools.reduce(lambda low, high: torch.einsum("bij,bjk->bik", high, low), mixing)


def mean_attention_distance(weights, rows, columns, patch_size, class_token=True):
    there, patches = weights.shape[2], rows * columns
    needed = patches + int(class_token)
    if there != needed:
        raise ValueError(f"expected {needed} tokens and not {there}")
    weights = weights[:, :, there - patches :, there - patches :]
    centres = (
        torch.cartesian_prod(
            torch.arange(rows, dtype=weights.dtype), torch.arange(columns, dtype=weights.dtype)
        ).view(-1, 2)
        * patch_size
    )
    distances = torch.cdist(centres, centres)
    batch = weights.shape[0]
    share = torch.einsum("bhqk->bhq", weights).reciprocal()
    return torch.einsum("bhqk,qk,bhq->h", weights, distances, share) / (batch * patches)
