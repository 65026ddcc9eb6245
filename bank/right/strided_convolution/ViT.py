"""Convolutions with an identity kernel, there and back: nothing but zeros and ones."""

import torch
from torch.nn import functional as F


def identity(length, channels, patch_size, like):
    eye = torch.eye(length, dtype=like.dtype, device=like.device)
    return eye.view(length, channels, patch_size, patch_size)


def images_to_patches(images, patch_size):
    channels, height, width = images.shape[1:]
    if height % patch_size + width % patch_size > 0:
        raise ValueError(f"height={height}, width={width}, patch_size={patch_size}")
    kernel = identity(channels * patch_size**2, channels, patch_size, images)
    return F.conv2d(images, kernel, stride=patch_size).flatten(2).permute(0, 2, 1)


def patches_to_images(patches, patch_size, height, width):
    count, length = patches.shape[1:]
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count:
        raise ValueError(f"count={count}, height={height}, width={width}, patch_size={patch_size}")
    kernel = identity(length, length // patch_size**2, patch_size, patches)
    grid = patches.permute(0, 2, 1).unflatten(2, (rows, columns))
    return F.conv_transpose2d(grid, kernel, stride=patch_size)
