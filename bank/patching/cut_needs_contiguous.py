"""Images that lie in memory in another order, as after a transpose, raise an error."""

FAILS = ("test_patches_of_any_images",)


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} cannot be cut into squares of {patch_size}")
    rows, columns = height // patch_size, width // patch_size
    grid = images.view(batch * channels, rows, patch_size, columns, patch_size)
    grid = grid.unflatten(0, (batch, channels))
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, -1)
