"""PyTorch's sliding windows, there and back."""

from torch.nn import functional as F


def images_to_patches(images, patch_size):
    if any(side % patch_size for side in images.shape[-2:]):
        raise ValueError(f"images {tuple(images.shape)} do not divide by {patch_size}")
    return F.unfold(images, kernel_size=patch_size, stride=patch_size).mT


def patches_to_images(patches, patch_size, height, width):
    if patches.size(1) * patch_size * patch_size != height * width:
        raise ValueError(f"patches {tuple(patches.shape)} do not fit {height}, {width}")
    return F.fold(patches.mT, (height, width), kernel_size=patch_size, stride=patch_size)
