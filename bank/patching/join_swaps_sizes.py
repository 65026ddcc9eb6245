"""Height and width are exchanged."""

FAILS = ("test_way_back",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count or height % patch_size or width % patch_size:
        raise ValueError(f"{count} squares of {patch_size} do not fill {height} x {width}")
    channels = length // patch_size**2
    grid = patches.reshape(batch, columns, rows, channels, patch_size, patch_size)
    return grid.permute(0, 3, 1, 4, 2, 5).reshape(batch, channels, width, height)
