"""Sizes that do not fit end in an AssertionError, which `python -O` leaves out, instead of a
ValueError.
"""

FAILS = ("test_illegal_image_sizes",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    assert height % patch_size == 0, f"height {height} and patch size {patch_size}"
    assert width % patch_size == 0, f"width {width} and patch size {patch_size}"
    rows, columns = height // patch_size, width // patch_size
    grid = images.reshape(batch, channels, rows, patch_size, columns, patch_size)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, -1)
