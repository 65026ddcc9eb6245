"""The axes are joined in the order in which they lie, so a patch holds pixels from all over the
image.
"""

FAILS = ("test_patch_order",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    return images.reshape(batch, rows * columns, channels * patch_size**2)
