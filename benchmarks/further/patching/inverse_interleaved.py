"""patches_to_images merges the axes in the wrong order, (row in the patch, row of patches) and (column in the patch, column of patches) instead of the grid axis first, so neighbouring pixels of the image come from different patches."""


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    rows, columns = height // patch_size, width // patch_size
    if height % patch_size or width % patch_size or count != rows * columns:
        raise ValueError(f"{count} patches of {patch_size} do not fit ({height}, {width})")
    channels = length // patch_size**2
    x = patches.reshape(batch, rows, columns, channels, patch_size, patch_size)
    x = x.permute(0, 3, 4, 1, 5, 2)
    return x.reshape(batch, channels, height, width)
