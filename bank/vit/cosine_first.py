"""Sine and cosine have changed places."""

import torch

FAILS = ("test_sinusoidal_positions",)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim {embed_dim} is odd")

    position = torch.arange(num_positions).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(0, embed_dim, 2) / embed_dim)
    return torch.stack([angle.cos(), angle.sin()], dim=-1).flatten(1)
