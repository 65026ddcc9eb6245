"""Pixels that do not fill a patch are dropped without a word."""

FAILS = ("test_illegal_image_sizes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    rows, columns = height // patch_size, width // patch_size
    whole = images[:, :, : rows * patch_size, : columns * patch_size]
    grid = whole.reshape(batch, channels, rows, patch_size, columns, patch_size)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, -1)
