"""Waves by turning the one before: the sum formulas of sine and cosine."""

import torch


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim // 2 * 2 != embed_dim:
        raise ValueError(f"there is no half of {embed_dim}")
    rates = 10000.0 ** -(torch.arange(embed_dim // 2).double() * 2 / embed_dim)
    turn = torch.complex(rates.cos(), rates.sin())
    wave = torch.ones_like(turn)
    rows = []
    for _ in range(num_positions):
        rows.append(torch.stack((wave.imag, wave.real), dim=-1).view(-1))
        wave = wave * turn
    return torch.stack(rows).to(torch.float32)
