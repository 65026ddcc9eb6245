"""Each new patch gets the position of the nearest old one; nothing is interpolated."""

import torch
from torch.nn import functional as F

FAILS = ("test_finer_grid",)


def resize_positions(positions, old_grid, new_grid, class_token=True):
    first = int(class_token)
    rows, columns = old_grid
    if positions.shape[1] != first + rows * columns:
        raise ValueError(f"{positions.shape[1]} positions where {first + rows * columns} belong")
    picture = positions[:, first:].transpose(1, 2).unflatten(2, (rows, columns))
    scaled = F.interpolate(picture, size=tuple(new_grid), mode="nearest")
    return torch.cat([positions[:, :first], scaled.flatten(2).transpose(1, 2)], dim=1)
