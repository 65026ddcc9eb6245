"""Height and width are split as (patch_size, rows) and (patch_size, columns) instead of (rows, patch_size) and (columns, patch_size), so a patch holds pixels taken from all over the image at strides of rows and columns, not a contiguous square."""


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(f"patch_size {patch_size} does not divide ({height}, {width})")
    rows, columns = height // patch_size, width // patch_size
    x = images.reshape(batch, channels, patch_size, rows, patch_size, columns)
    x = x.permute(0, 3, 5, 1, 2, 4)
    return x.reshape(batch, rows * columns, channels * patch_size**2)
