"""Tables: of brightnesses, of places, of angles."""

import functools
import math

import torch


def scale_to_unit(images):
    brightness = torch.tensor([value / 255 for value in range(256)], device=images.device)
    return brightness.take(images.long())


def random_horizontal_flip(images, probability, generator=None):
    width = images.shape[-1]
    table = torch.stack([torch.arange(width), torch.arange(width).flip(0)]).to(images.device)
    kind = (torch.rand(len(images), generator=generator, device=images.device) < probability).int()
    columns = table[kind.long()][:, None, None, :].expand_as(images)
    return torch.gather(images, 3, columns)


def random_crop(images, padding, probability, generator=None):
    batch, channels, height, width = images.shape
    blank = height * width
    places = torch.arange(blank, device=images.device).view(height, width)
    places = torch.nn.functional.pad(places, (padding,) * 4, value=blank)
    corners = torch.cartesian_prod(*[torch.arange(2 * padding + 1)] * 2).view(-1, 2)
    number = torch.randint(len(corners), (batch,), generator=generator, device=images.device).cpu()
    corner = corners[number]
    draws = torch.rand(batch, generator=generator, device=images.device)
    corner[(draws >= probability).cpu()] = padding
    seen = torch.stack(
        [places[top : top + height, left : left + width] for top, left in corner.tolist()]
    )
    pixels = torch.cat([images.flatten(2), images.new_zeros(batch, channels, 1)], dim=2)
    return pixels.gather(2, seen.view(batch, 1, -1).expand(-1, channels, -1)).view_as(images)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    corners = [(y, x) for y in range(height - size + 1) for x in range(width - size + 1)]
    squares = torch.ones(len(corners), height, width, dtype=torch.bool)
    for square, (top, left) in zip(squares, corners, strict=True):
        square[top : top + size, left : left + size] = False
    number = torch.randint(len(corners), (batch,), generator=generator, device=images.device).cpu()
    draws = torch.rand(batch, generator=generator, device=images.device)
    keep = squares[number].to(images.device) | (draws >= probability)[:, None, None]
    return torch.where(keep.unsqueeze(1), images, images.new_zeros(()))


@functools.lru_cache
def wave(position, column, embed_dim):
    angle = position * 10000.0 ** (-(column - column % 2) / embed_dim)
    return math.cos(angle) if column % 2 else math.sin(angle)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"{embed_dim} columns do not come in pairs")
    return torch.tensor(
        [
            [wave(row, column, embed_dim) for column in range(embed_dim)]
            for row in range(num_positions)
        ]
    )
