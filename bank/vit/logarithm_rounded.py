"""The wave lengths are rounded, which shows where the positions are large."""

import torch

FAILS = ("test_many_positions",)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim {embed_dim} is odd")

    position = torch.arange(num_positions).unsqueeze(1)
    angle = position * torch.exp(torch.arange(0, embed_dim, 2) * (-9.21 / embed_dim))
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
