"""A height or width that patch_size does not divide is not refused with ValueError: the rest at the bottom and the right is silently cut off."""


def images_to_patches(images, patch_size):
    b, c = images.shape[:2]
    x = images.unfold(2, patch_size, patch_size).unfold(3, patch_size, patch_size)
    x = x.permute(0, 2, 3, 1, 4, 5)
    return x.reshape(b, x.shape[1] * x.shape[2], c * patch_size * patch_size)
