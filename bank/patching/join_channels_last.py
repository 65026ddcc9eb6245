"""On the way back, the channel is taken for the last axis of a patch."""

FAILS = ("test_way_back",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count or height % patch_size or width % patch_size:
        raise ValueError(f"{count} squares of {patch_size} do not fill {height} x {width}")
    channels = length // patch_size**2
    grid = patches.reshape(batch, rows, columns, patch_size, patch_size, channels)
    return grid.permute(0, 5, 1, 3, 2, 4).reshape(batch, channels, height, width)
