"""Sums and products that run along."""

import random

import torch


def split_indices(num_examples, validation_fraction, seed):
    draw = random.Random(seed)
    order = torch.arange(num_examples)
    for last in range(num_examples - 1, 0, -1):
        other = draw.randrange(last + 1)
        order[[last, other]] = order[[other, last]]
    count = round(num_examples * validation_fraction)
    return order[: num_examples - count], order[num_examples - count :]


def scale_to_unit(images):
    output = images.to(dtype=torch.float32, copy=True)
    output /= 255
    return output


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    chosen = torch.rand(batch, generator=generator, device=images.device) < probability
    marks = []
    for length in (height, width):
        start = torch.randint(
            length - size + 1, (batch, 1), generator=generator, device=images.device
        )
        change = torch.zeros(batch, length + 1, dtype=torch.int64, device=images.device)
        change.scatter_(1, start, 1).scatter_(1, start + size, -1)
        marks.append(change.cumsum(1)[:, :length].bool())
    inside = marks[0][:, :, None].logical_and(marks[1][:, None, :])
    output = images.clone()
    output.permute(0, 2, 3, 1)[inside & chosen[:, None, None]] = 0
    return output


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2 != 0:
        raise ValueError(f"embed_dim is {embed_dim}, which is odd")
    step = torch.full((embed_dim // 2,), 10000.0, dtype=torch.float64) ** (-2 / embed_dim)
    step[0] = 1.0
    rates = step.cumprod(dim=0)
    angles = rates.expand(num_positions, -1).cumsum(dim=0) - rates
    table = torch.empty(num_positions, embed_dim)
    table[:, ::2], table[:, 1::2] = angles.sin(), angles.cos()
    return table
