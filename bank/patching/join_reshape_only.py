"""The axes are joined in the order in which they lie, so pixels do not return to where they
were.
"""

FAILS = ("test_way_back",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count or height % patch_size or width % patch_size:
        raise ValueError(f"{count} squares of {patch_size} do not fill {height} x {width}")
    channels = length // patch_size**2
    return patches.reshape(batch, channels, height, width)
