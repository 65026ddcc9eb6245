"""A number of patches that does not fit ends in PyTorch's RuntimeError instead of a ValueError
that tells the sizes.
"""

FAILS = ("test_illegal_patch_counts",)


def patches_to_images(patches, patch_size, height, width):
    batch, _, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    channels = length // patch_size**2
    grid = patches.reshape(batch, rows, columns, channels, patch_size, patch_size)
    return grid.permute(0, 3, 1, 4, 2, 5).reshape(batch, channels, height, width)
