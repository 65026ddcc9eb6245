"""The positions are counted from one; the first one is 0."""

import torch

FAILS = ("test_sinusoidal_positions",)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim {embed_dim} is odd")

    position = torch.arange(1, num_positions + 1).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(0, embed_dim, 2) / embed_dim)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
