"""Only the height is compared with the patch size; a width that does not fit is not noticed."""

FAILS = ("test_illegal_image_sizes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size:
        raise ValueError(f"height {height} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    grid = images.reshape(batch, channels, rows, patch_size, columns, patch_size)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, -1)
