"""Tables of indices that are worked out once for each size."""

import functools

import torch


@functools.lru_cache(maxsize=64)
def table(height, width, patch_size):
    rows, columns = height // patch_size, width // patch_size
    order = [
        (row * patch_size + y) * width + column * patch_size + x
        for row in range(rows)
        for column in range(columns)
        for y in range(patch_size)
        for x in range(patch_size)
    ]
    return torch.tensor(order)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    remainder = height % patch_size, width % patch_size
    if remainder != (0, 0):
        raise ValueError(f"{(height, width)} / {patch_size} leaves {remainder}")
    order = table(height, width, patch_size).to(images.device)
    pixels = images.flatten(2).index_select(2, order)
    pixels = pixels.unflatten(2, (-1, patch_size**2))
    return pixels.transpose(1, 2).reshape(batch, -1, channels * patch_size**2)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    order = table(height, width, patch_size).to(patches.device)
    if len(order) != height * width or count * patch_size**2 != len(order):
        raise ValueError(f"{count} patches for {height} x {width} pixels")
    channels = length // patch_size**2
    pixels = patches.unflatten(2, (channels, -1)).transpose(1, 2).flatten(2)
    images = torch.zeros_like(pixels).index_copy(2, order, pixels)
    return images.view(batch, channels, height, width)
