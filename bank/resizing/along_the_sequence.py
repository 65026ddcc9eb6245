"""The positions are scaled along the sequence, as if the patches lay in one long row."""

import torch
from torch.nn import functional as F

FAILS = ("test_finer_grid", "test_oblong_grids")


def resize_positions(positions, old_grid, new_grid, class_token=True):
    first = int(class_token)
    rows, columns = old_grid
    if positions.shape[1] != first + rows * columns:
        raise ValueError(f"{positions.shape[1]} positions where {first + rows * columns} belong")
    rest = positions[:, first:].transpose(1, 2).unsqueeze(2)
    size = (1, new_grid[0] * new_grid[1])
    scaled = F.interpolate(rest, size=size, mode="bicubic", antialias=True)
    return torch.cat([positions[:, :first], scaled.flatten(2).transpose(1, 2)], dim=1)
