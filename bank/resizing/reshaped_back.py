"""On the way back the numbers are given another shape where axes should change places, so that one
position holds numbers of many.
"""

import torch
from torch.nn import functional as F

FAILS = ("test_finer_grid", "test_oblong_grids")


def resize_positions(positions, old_grid, new_grid, class_token=True):
    first = int(class_token)
    rows, columns = old_grid
    if positions.shape[1] != first + rows * columns:
        raise ValueError(f"{positions.shape[1]} positions where {first + rows * columns} belong")
    picture = positions[:, first:].transpose(1, 2).unflatten(2, (rows, columns))
    scaled = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", antialias=True)
    back = scaled.reshape(1, -1, positions.shape[2])
    return torch.cat([positions[:, :first], back], dim=1)
