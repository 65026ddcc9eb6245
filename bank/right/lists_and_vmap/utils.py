"""Chunks, concatenation and `torch.func.vmap`."""

import torch
from torch.nn import functional as F


def split_indices(num_examples, validation_fraction, seed):
    order = torch.randperm(num_examples, generator=torch.Generator().manual_seed(seed)).tolist()
    held_back = set(order[: round(num_examples * validation_fraction)])
    train = [index for index in order if index not in held_back]
    validation = [index for index in order if index in held_back]
    return [torch.LongTensor(train), torch.LongTensor(validation)]


def scale_to_unit(images):
    return images.type(torch.float32).div(255.0)


def normalize(images, mean, std):
    channels = images.unbind(dim=1)
    normal = [
        (channel - float(m)) / float(s) for channel, m, s in zip(channels, mean, std, strict=True)
    ]
    return torch.stack(normal, dim=1)


def random_horizontal_flip(images, probability, generator=None):
    parts = []
    for image in images.split(1):
        draw = (
            torch.randint(0, 2**53, (1,), generator=generator, device=images.device).double()
            / 2**53
        )
        parts.append(image.flip(3) if draw < probability else image)
    return torch.cat(parts, dim=0)


def random_crop(images, padding, probability, generator=None):
    draws = torch.rand(len(images), generator=generator, device=images.device)
    steps = (
        torch.randint(2 * padding + 1, (len(images), 2), generator=generator, device=images.device)
        - padding
    )
    parts = []
    for image, draw, (down, right) in zip(images, draws, steps.tolist(), strict=True):
        if draw >= probability:
            down = right = 0
        parts.append(F.pad(image, (-right, right, -down, down)))
    return torch.stack(parts)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    chosen = torch.rand(batch, generator=generator, device=images.device) < probability
    top = torch.randint(height - size + 1, (batch,), generator=generator, device=images.device)
    left = torch.randint(width - size + 1, (batch,), generator=generator, device=images.device)
    row, column = (
        torch.arange(height, device=images.device).view(-1, 1),
        torch.arange(width, device=images.device),
    )

    def erase(image, chosen, top, left):
        square = (row >= top) & (row < top + size) & (column >= left) & (column < left + size)
        return torch.where(square & chosen, torch.zeros_like(image), image)

    return torch.func.vmap(erase)(images, chosen, top, left)
