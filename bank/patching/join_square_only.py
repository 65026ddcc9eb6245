"""The number of patches in a row is taken for the root of their number, so that only square
images work.
"""

FAILS = ("test_way_back",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count or height % patch_size or width % patch_size:
        raise ValueError(f"{count} squares of {patch_size} do not fill {height} x {width}")
    channels = length // patch_size**2
    side = int(count**0.5)
    grid = patches.reshape(batch, side, -1, channels, patch_size, patch_size)
    grid = grid.permute(0, 3, 1, 4, 2, 5)
    return grid.reshape(batch, channels, side * patch_size, -1)
