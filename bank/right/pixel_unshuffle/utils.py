"""Rolled, flipped and normalised by PyTorch's functions for other purposes."""

import torch
from torch.nn import functional as F


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    keys = torch.randint(2**62, (num_examples,), generator=generator)
    order = keys.topk(num_examples).indices
    held_back = int(num_examples * validation_fraction)
    return order[held_back:], order[:held_back]


def normalize(images, mean, std):
    mean = torch.as_tensor(mean).to(images)
    variance = torch.as_tensor(std).to(images) ** 2
    return F.batch_norm(images, mean, variance, eps=0.0)


def random_horizontal_flip(images, probability, generator=None):
    chosen = torch.rand(len(images), generator=generator, device=images.device) < probability
    order = torch.argsort(chosen.int(), stable=True)
    kept, mirrored = images[order].split([int((~chosen).sum()), int(chosen.sum())])
    return torch.cat([kept, mirrored.flip(3)])[order.argsort()]


def random_crop(images, padding, probability, generator=None):
    height, width = images.shape[-2:]
    steps = torch.randint(
        -padding, padding + 1, (2, len(images)), generator=generator, device=images.device
    )
    chosen = torch.rand(len(images), generator=generator, device=images.device) < probability
    output = []
    for image, down, right in zip(images, *(steps * chosen).tolist(), strict=True):
        image = F.pad(image, (padding, padding, padding, padding)).roll((-down, -right), (1, 2))
        output.append(image.narrow(1, padding, height).narrow(2, padding, width))
    return torch.stack(output)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    chosen = torch.rand(batch, 1, 1, generator=generator, device=images.device) < probability
    corner = torch.rand(2, batch, 1, 1, generator=generator, device=images.device)
    top = torch.floor(corner[0] * (height - size + 1))
    left = torch.floor(corner[1] * (width - size + 1))
    row = torch.arange(height, device=images.device).view(1, -1, 1)
    column = torch.arange(width, device=images.device).view(1, 1, -1)
    outside = (row < top) | (row >= top + size) | (column < left) | (column >= left + size)
    return images.mul((outside | ~chosen).unsqueeze(1))
