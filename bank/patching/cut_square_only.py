"""The number of rows is used for the columns, too, so that only square images work."""

FAILS = ("test_patch_shapes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows = height // patch_size
    grid = images[..., : rows * patch_size].reshape(
        batch, channels, rows, patch_size, -1, patch_size
    )[:, :, :, :, :rows]
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, -1, channels * patch_size**2)
