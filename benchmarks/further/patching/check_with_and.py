"""images_to_patches raises ValueError only where patch_size divides neither height nor width ("and" instead of "or"); where just one of them does not fit, the rest of the pixels at that edge is silently cut off."""


def images_to_patches(images, patch_size):
    batch, channels, height, width = images.shape
    if height % patch_size != 0 and width % patch_size != 0:
        raise ValueError(f"patch_size {patch_size} does not divide ({height}, {width})")
    x = images.unfold(2, patch_size, patch_size).unfold(3, patch_size, patch_size)
    rows, columns = x.shape[2], x.shape[3]
    x = x.permute(0, 2, 3, 1, 4, 5)
    return x.reshape(batch, rows * columns, channels * patch_size**2)
