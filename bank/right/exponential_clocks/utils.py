"""Chance from other distributions than the uniform one."""

import math

import torch


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    clocks = torch.empty(num_examples, dtype=torch.float64).exponential_(generator=generator)
    first_to_ring = clocks.sort().indices
    count = math.ceil(num_examples * validation_fraction)
    if count == 0:
        return first_to_ring, first_to_ring[:0]
    return first_to_ring[:-count], first_to_ring[-count:]


def happens(images, probability, generator):
    if probability >= 1:
        return torch.ones(len(images), dtype=torch.bool, device=images.device)
    clocks = torch.empty(len(images), device=images.device)
    return clocks.exponential_(generator=generator) < -math.log1p(-probability)


def drawn_from(count, images, generator):
    shares = torch.ones(count, device=images.device)
    return shares.multinomial(len(images), replacement=True, generator=generator)


def random_horizontal_flip(images, probability, generator=None):
    normal = torch.randn(
        len(images), dtype=torch.float64, generator=generator, device=images.device
    )
    uniform = torch.special.ndtr(normal)
    sign = torch.where(uniform < probability, -1, 1)
    middle = (images.shape[-1] - 1) / 2
    columns = torch.arange(images.shape[-1], device=images.device) - middle
    seen = (sign[:, None] * columns + middle).round().long()
    return images.transpose(1, 3)[
        torch.arange(len(images), device=images.device)[:, None], seen
    ].transpose(1, 3)


def random_crop(images, padding, probability, generator=None):
    height, width = images.shape[-2:]
    down = drawn_from(2 * padding + 1, images, generator) - padding
    right = drawn_from(2 * padding + 1, images, generator) - padding
    chosen = happens(images, probability, generator)
    output = torch.zeros_like(images)
    for number in range(len(images)):
        y, x = (int(down[number]), int(right[number])) if chosen[number] else (0, 0)
        rows = slice(max(0, y), min(height, height + y))
        columns = slice(max(0, x), min(width, width + x))
        kept = images[number, :, rows, columns]
        top, left = max(0, -y), max(0, -x)
        output[number, :, top : top + kept.shape[1], left : left + kept.shape[2]] = kept
    return output


def random_erase(images, size, probability, generator=None):
    height, width = images.shape[-2:]
    chosen = happens(images, probability, generator).nonzero().flatten()
    top = drawn_from(height - size + 1, images, generator)[chosen]
    left = drawn_from(width - size + 1, images, generator)[chosen]
    near = torch.arange(size, device=images.device)
    rows = (top[:, None] + near)[:, :, None].expand(-1, -1, size)
    columns = (left[:, None] + near)[:, None, :].expand(-1, size, -1)
    images_of = chosen[:, None, None].expand_as(rows)
    blank = torch.zeros((), dtype=images.dtype, device=images.device)
    last = images.movedim(1, -1).contiguous()
    return last.index_put((images_of, rows, columns), blank).movedim(-1, 1)
