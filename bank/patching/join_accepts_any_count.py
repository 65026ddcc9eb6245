"""Patches that are too many for the image are dropped, and missing ones left black."""

FAILS = ("test_illegal_patch_counts",)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    columns = width // patch_size
    channels = length // patch_size**2
    images = patches.new_zeros(batch, channels, height, width)
    for number in range(min(count, columns * (height // patch_size))):
        top, left = number // columns * patch_size, number % columns * patch_size
        patch = patches[:, number].reshape(batch, channels, patch_size, patch_size)
        images[:, :, top : top + patch_size, left : left + patch_size] = patch
    return images
