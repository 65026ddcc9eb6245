"""Bernoulli draws for who, arithmetic on masks for what."""

import torch
from einops import rearrange, repeat


def split_indices(num_examples, validation_fraction, seed):
    scores = torch.rand(num_examples, generator=torch.Generator().manual_seed(seed))
    order = scores.argsort()
    count = -int(-num_examples * validation_fraction // 1)
    return order[: num_examples - count], order[num_examples - count :]


def scale_to_unit(images):
    return torch.true_divide(images, torch.tensor(255.0))


def normalize(images, mean, std):
    mean, std = (torch.as_tensor(each).to(images) for each in (mean, std))
    pixels = (rearrange(images, "b c h w -> b h w c") - mean) / std
    return rearrange(pixels, "b h w c -> b c h w")


def choose(images, probability, generator):
    share = torch.full((len(images),), float(probability), device=images.device)
    return torch.bernoulli(share, generator=generator).bool()


def random_horizontal_flip(images, probability, generator=None):
    chosen = choose(images, probability, generator)
    output = images.clone()
    output[chosen] = torch.flip(images[chosen], [3])
    return output


def random_crop(images, padding, probability, generator=None):
    batch, channels, height, width = images.shape
    chosen = choose(images, probability, generator)
    shift = torch.randint(
        -padding, padding + 1, (batch, 2), generator=generator, device=images.device
    )
    shift = shift * chosen.unsqueeze(1)
    row = torch.arange(height, device=images.device) + shift[:, :1]
    column = torch.arange(width, device=images.device) + shift[:, 1:]
    seen_row, seen_column = row.clamp(0, height - 1), column.clamp(0, width - 1)
    output = images.gather(2, repeat(seen_row, "b h -> b c h w", c=channels, w=width))
    output = output.gather(3, repeat(seen_column, "b w -> b c h w", c=channels, h=height))
    inside = (row == seen_row)[:, :, None] & (column == seen_column)[:, None, :]
    return output * inside[:, None].to(images.dtype)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    corner = torch.rand(batch, 2, generator=generator, device=images.device)
    top = (corner[:, 0] * (height - size + 1)).long()[:, None]
    left = (corner[:, 1] * (width - size + 1)).long()[:, None]
    row = torch.arange(height, device=images.device)[None] - top
    column = torch.arange(width, device=images.device)[None] - left
    square = ((row >= 0) & (row < size))[:, :, None] & ((column >= 0) & (column < size))[:, None]
    square &= choose(images, probability, generator)[:, None, None]
    return torch.where(square[:, None], torch.zeros_like(images), images)
