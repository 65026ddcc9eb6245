"""One row of patches and the rest, one patch and the rest."""

import torch


def images_to_patches(images, patch_size):
    *_, height, width = images.shape
    if height % patch_size or width % patch_size:
        raise ValueError(
            f"left over: {height % patch_size} of {height} rows, "
            f"{width % patch_size} of {width} columns"
        )
    if height > patch_size:
        top, below = images.tensor_split([patch_size], dim=2)
        parts = images_to_patches(top, patch_size), images_to_patches(below, patch_size)
        return torch.hstack(parts)
    if width > patch_size:
        left, right = images.tensor_split([patch_size], dim=3)
        parts = images_to_patches(left, patch_size), images_to_patches(right, patch_size)
        return torch.hstack(parts)
    return images.flatten(1).unsqueeze(1)


def patches_to_images(patches, patch_size, height, width):
    if patches.shape[1] * patch_size**2 != height * width or width % patch_size:
        raise ValueError(f"{patches.shape[1]} of {patch_size}, {height} x {width}")
    if height > patch_size:
        top, below = patches.tensor_split([width // patch_size], dim=1)
        return torch.cat(
            [
                patches_to_images(top, patch_size, patch_size, width),
                patches_to_images(below, patch_size, height - patch_size, width),
            ],
            dim=2,
        )
    return torch.cat(patches.unflatten(2, (-1, patch_size, patch_size)).unbind(1), dim=3)
