"""patches_to_images takes width // patch_size for the number of patch rows and height // patch_size for the number of patch columns, so images that are not square are scrambled (square ones are right)."""


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = width // patch_size, height // patch_size
    if height % patch_size or width % patch_size or count != rows * columns:
        raise ValueError(f"{count} patches of {patch_size} do not fit ({height}, {width})")
    channels = length // patch_size**2
    x = patches.reshape(batch, rows, columns, channels, patch_size, patch_size)
    x = x.permute(0, 3, 1, 4, 2, 5)
    return x.reshape(batch, channels, height, width)
