"""Stands in for the two functions of stage `patching` in later stages: PyTorch's unfolding."""


def images_to_patches(images, patch_size):
    height, width = images.shape[-2:]
    if height % patch_size or width % patch_size:
        raise ValueError(f"patch_size {patch_size} does not divide {height} x {width}")
    windows = images.unfold(2, patch_size, patch_size).unfold(3, patch_size, patch_size)
    return windows.movedim(1, 3).flatten(3).flatten(1, 2)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    if (rows * patch_size, columns * patch_size) != (height, width):
        raise ValueError(f"patch_size {patch_size} does not divide {height} x {width}")
    if patches.shape[1] != rows * columns:
        raise ValueError(f"{patches.shape[1]} patches do not fill {height} x {width}")
    grid = patches.unflatten(1, (rows, columns)).unflatten(3, (-1, patch_size, patch_size))
    return grid.movedim(3, 1).transpose(3, 4).flatten(4).flatten(2, 3)
