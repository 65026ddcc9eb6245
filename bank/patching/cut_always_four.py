"""The patch size is written into the code instead of taken from the argument."""

FAILS = ("test_patch_shapes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    grid = images.reshape(batch, channels, height // 4, 4, width // 4, 4)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, -1, channels * 16)
