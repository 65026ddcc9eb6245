"""patches_to_images only reshapes to (batch, channels, height, width), without the permutation of the axes that brings each patch's channels, rows and columns to their places."""


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if height % patch_size or width % patch_size or rows * columns != count:
        raise ValueError(f"{count} patches of {patch_size} do not fit {height} x {width}")
    channels = length // patch_size**2
    return patches.reshape(batch, channels, rows * patch_size, columns * patch_size)
