"""Logarithms, and waves as complex numbers."""

import math

import torch


def scale_to_unit(images):
    return 1 - (255 - images.float()) / 255


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim={embed_dim}: complex numbers have two parts each")
    rates = torch.exp(torch.arange(0, embed_dim, 2).double() * (-math.log(1e4) / embed_dim))
    angles = torch.outer(torch.arange(num_positions, dtype=torch.float64), rates)
    waves = torch.view_as_real(torch.polar(torch.ones_like(angles), angles))
    return waves.flip(-1).reshape(num_positions, embed_dim).to(torch.float32)
