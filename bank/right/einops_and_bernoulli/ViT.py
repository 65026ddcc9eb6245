"""Patterns that say what moves where."""

from einops import rearrange


def images_to_patches(images, patch_size):
    height, width = images.shape[-2:]
    if divmod(height, patch_size)[1] or divmod(width, patch_size)[1]:
        raise ValueError(f"an image of {height}x{width} has no whole number of {patch_size}s")
    return rearrange(images, "b c (r p) (s q) -> b (r s) (c p q)", p=patch_size, q=patch_size)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    if patches.shape[1] != rows * columns:
        raise ValueError(f"expected {rows} * {columns} patches, got {patches.shape[1]}")
    return rearrange(
        patches, "b (r s) (c p q) -> b c (r p) (s q)", r=rows, p=patch_size, q=patch_size
    )
