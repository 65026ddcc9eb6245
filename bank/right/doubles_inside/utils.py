"""Double precision inside, and draws compared in it."""

import torch


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    keys = torch.rand(num_examples, generator=generator, dtype=torch.float64)
    order = torch.sort(keys, stable=True).indices
    sizes = [num_examples - round(num_examples * validation_fraction)]
    train, validation = torch.tensor_split(order, sizes)
    return train, validation


def scale_to_unit(images):
    return (images.double() / 255).float()


def normalize(images, mean, std):
    mean, std = (torch.as_tensor(each, dtype=torch.float64) for each in (mean, std))
    mean, std = mean.to(images.device), std.to(images.device)
    pixels = images.double().movedim(1, -1)
    return ((pixels - mean) / std).movedim(-1, 1).to(images.dtype)


def random_horizontal_flip(images, probability, generator=None):
    draws = torch.rand(len(images), dtype=torch.float64, device=images.device, generator=generator)
    backwards = torch.arange(images.shape[-1] - 1, -1, -1, device=images.device)
    mirrored = images.index_select(-1, backwards)
    return torch.stack([images, mirrored])[
        (draws < probability).long(), torch.arange(len(images), device=images.device)
    ]


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"an even embed_dim is needed, not {embed_dim}")
    column = torch.arange(embed_dim)
    rates = torch.pow(torch.tensor(10000.0).double(), -(column - column % 2) / embed_dim)
    angles = torch.arange(num_positions).double().ger(rates)
    return torch.where(column % 2 == 0, torch.sin(angles), torch.cos(angles)).float()
