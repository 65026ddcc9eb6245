"""A patch takes pixels that lie far apart instead of neighbours."""

FAILS = ("test_patch_order",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    grid = images.reshape(batch, channels, patch_size, rows, patch_size, columns)
    return grid.permute(0, 3, 5, 1, 2, 4).reshape(batch, rows * columns, -1)
