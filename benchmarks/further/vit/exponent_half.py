"""The exponent is i / embed_dim instead of 2i / embed_dim for the columns 2i and 2i + 1, so the angle is p / 10000^(i / embed_dim)."""

import torch


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim has to be even, not {embed_dim}")
    p = torch.arange(num_positions, dtype=torch.float64).unsqueeze(1)
    i = torch.arange(embed_dim // 2, dtype=torch.float64)
    angles = p / 10000 ** (i / embed_dim)
    table = torch.zeros(num_positions, embed_dim, dtype=torch.float64)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table.float()
