"""Every column has an angle of its own; a sine and its cosine share one."""

import torch

FAILS = ("test_sinusoidal_positions",)


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim {embed_dim} is odd")

    position = torch.arange(num_positions).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(embed_dim) / embed_dim)
    angle[:, 0::2] = angle[:, 0::2].sin()
    angle[:, 1::2] = angle[:, 1::2].cos()
    return angle
