"""An odd embed_dim goes through unnoticed."""

import torch

FAILS = ("test_odd_embed_dim",)


def sinusoidal_positions(num_positions, embed_dim):
    position = torch.arange(num_positions).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(0, embed_dim + 1, 2) / embed_dim)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :embed_dim]
