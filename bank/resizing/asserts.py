"""A count that does not fit ends in an AssertionError, which `python -O` leaves out, instead of a
ValueError.
"""

import torch
from torch.nn import functional as F

FAILS = ("test_wrong_counts",)


def resize_positions(positions, old_grid, new_grid, class_token=True):
    first, (rows, columns) = int(class_token), old_grid
    needed = first + rows * columns
    assert positions.shape[1] == needed, f"{positions.shape[1]} and not {needed}"
    picture = positions[:, first:].transpose(1, 2).unflatten(2, (rows, columns))
    scaled = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", antialias=True)
    return torch.cat([positions[:, :first], scaled.flatten(2).transpose(1, 2)], dim=1)
