"""A patch holds a strip of pixels of one row instead of a square."""

FAILS = ("test_patch_order",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    strips = images.flatten(2).reshape(batch, channels, rows * columns, patch_size**2)
    return strips.transpose(1, 2).flatten(2)
