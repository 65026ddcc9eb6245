"""Every channel and every column in its own slice."""

import torch


def normalize(images, mean, std):
    output = images.clone()
    for channel, (middle, spread) in enumerate(zip(mean, std, strict=True)):
        output[:, channel].sub_(float(middle)).div_(float(spread))
    return output


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2 == 1:
        raise ValueError("embed_dim must be even, got " + repr(embed_dim))
    positions = torch.arange(num_positions, dtype=torch.float64)
    columns = []
    for column in range(0, embed_dim, 2):
        angles = positions.div(10000 ** (column / embed_dim))
        columns += [angles.sin(), angles.cos()]
    return torch.stack(columns, dim=1).float()
