"""Flips and crops as products with matrices of zeros and ones; draws from Bernoulli's coin."""

import torch
from torch.nn import functional as F


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(num_examples, generator=generator)
    last = torch.zeros(num_examples, dtype=torch.bool)
    last[num_examples - round(num_examples * validation_fraction) :] = True
    return order.masked_select(~last), order.masked_select(last)


def scale_to_unit(images):
    return F.linear(
        images.float().unsqueeze(-1), torch.full((1, 1), 1 / 255, device=images.device)
    ).squeeze(-1)


def normalize(images, mean, std):
    mean, std = (torch.as_tensor(each).to(images) for each in (mean, std))
    return F.conv2d(images, torch.diag(1 / std)[:, :, None, None], -mean / std)


def coins(images, probability, generator):
    coin = torch.empty(len(images), 1, 1, 1, device=images.device, dtype=torch.float64)
    return coin.bernoulli_(probability, generator=generator)


def random_horizontal_flip(images, probability, generator=None):
    coin = coins(images, probability, generator)
    same = torch.eye(images.shape[-1], dtype=torch.float64, device=images.device)
    matrix = coin * same.flip(0) + (1 - coin) * same
    return (images.double() @ matrix).to(images.dtype)


def random_crop(images, padding, probability, generator=None):
    coin = coins(images, probability, generator)
    steps = torch.randint(
        -padding, padding + 1, (2, len(images), 1, 1, 1), generator=generator, device=images.device
    )
    matrices = []
    for length, step in zip(images.shape[2:], coin.long() * steps, strict=True):
        place = torch.arange(length, device=images.device)
        matrices.append((place.unsqueeze(1) + step == place).double())
    down, right = matrices
    return (down @ images.double() @ right.mT).to(images.dtype)


def random_erase(images, size, probability, generator=None):
    coin = coins(images, probability, generator)
    sides = []
    for length in images.shape[2:]:
        starts = torch.randint(
            length - size + 1, (len(images),), generator=generator, device=images.device
        )
        start = F.one_hot(starts, length).double().unsqueeze(1)
        ones = torch.ones(1, 1, size, dtype=torch.float64, device=images.device)
        sides.append(F.conv1d(F.pad(start, (size - 1, 0)), ones))
    rows, columns = sides
    square = coin * (rows.mT @ columns).unsqueeze(1)
    return (images.double() * (1 - square)).to(images.dtype)
