"""The error for an odd embed_dim does not say which one it was."""

import torch

FAILS = ("test_odd_embed_dim",)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError("embed_dim must be even")
    position = torch.arange(num_positions).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(0, embed_dim, 2) / embed_dim)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
