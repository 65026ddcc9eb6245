"""One table of indices, used forwards and, sorted, backwards."""

import torch


class PatchingError(ValueError):
    pass


def table(channels, height, width, patch_size, device):
    places = torch.arange(channels * height * width, device=device).view(channels, height, width)
    rows = [torch.stack(band.split(patch_size, dim=2)) for band in places.split(patch_size, dim=1)]
    return torch.cat(rows).flatten(1)


def images_to_patches(images, patch_size):
    channels, height, width = images.shape[1:]
    for side in (height, width):
        if side % patch_size:
            raise PatchingError(str(side) + " is not divisible by " + str(patch_size))
    return images.flatten(1)[:, table(channels, height, width, patch_size, images.device)]


def patches_to_images(patches, patch_size, height, width):
    count, length = patches.shape[1:]
    if count != (height // patch_size) * (width // patch_size):
        raise PatchingError(f"shape {list(patches.shape)} for {height} by {width}")
    channels = length // patch_size**2
    where = table(channels, height, width, patch_size, patches.device).flatten().argsort()
    return patches.flatten(1)[:, where].unflatten(1, (channels, height, width))
