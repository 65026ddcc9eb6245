"""Each channel is cut into patches of its own."""

FAILS = ("test_patch_shapes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    grid = images.reshape(batch, channels, rows, patch_size, columns, patch_size)
    return grid.permute(0, 1, 2, 4, 3, 5).reshape(batch, channels * rows * columns, -1)
