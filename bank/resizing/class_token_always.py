"""A class token is counted on even where there is none."""

import torch
from torch.nn import functional as F

FAILS = ("test_no_class_token",)


def resize_positions(positions, old_grid, new_grid, class_token=True):
    rows, columns = old_grid
    if positions.shape[1] != 1 + rows * columns:
        raise ValueError(f"{positions.shape[1]} positions where {1 + rows * columns} belong")
    picture = positions[:, 1:].transpose(1, 2).unflatten(2, (rows, columns))
    scaled = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", antialias=True)
    return torch.cat([positions[:, :1], scaled.flatten(2).transpose(1, 2)], dim=1)
