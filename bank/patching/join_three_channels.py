"""Three channels are written into the code instead of found from the patches' length."""

FAILS = ("test_way_back",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, _ = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != count or height % patch_size or width % patch_size:
        raise ValueError(f"{count} squares of {patch_size} do not fill {height} x {width}")
    grid = patches.reshape(batch, rows, columns, 3, patch_size, patch_size)
    return grid.permute(0, 3, 1, 4, 2, 5).reshape(batch, 3, height, width)
