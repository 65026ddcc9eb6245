"""Patch after patch, with slices."""

import torch


def images_to_patches(images, patch_size):
    height, width = images.shape[2:]
    if height % patch_size != 0:
        raise ValueError(f"height {height} is no multiple of {patch_size}")
    if width % patch_size != 0:
        raise ValueError(f"width {width} is no multiple of {patch_size}")
    patches = []
    for top in range(0, height, patch_size):
        for left in range(0, width, patch_size):
            patch = images[:, :, top : top + patch_size, left : left + patch_size]
            patches.append(patch.reshape(len(images), -1))
    return torch.stack(patches, dim=1)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    if patches.shape[1] != rows * columns:
        raise ValueError(
            f"{patches.shape[1]} patches, but {height} x {width} takes {rows * columns}"
        )
    squares = patches.reshape(len(patches), rows * columns, -1, patch_size, patch_size)
    lines = []
    for row in range(rows):
        line = [squares[:, row * columns + column] for column in range(columns)]
        lines.append(torch.cat(line, dim=3))
    return torch.cat(lines, dim=2)
