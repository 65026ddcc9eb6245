"""The patches are made of copies that no gradient flows through."""

import torch

FAILS = ("test_gradients_flow",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    patches = torch.empty(batch, rows * columns, channels * patch_size**2, dtype=images.dtype)
    for row in range(rows):
        for column in range(columns):
            top, left = row * patch_size, column * patch_size
            patch = images.detach()[:, :, top : top + patch_size, left : left + patch_size]
            patches[:, row * columns + column] = patch.flatten(1)
    return patches
