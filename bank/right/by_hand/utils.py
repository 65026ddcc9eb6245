import numpy as np


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim & 1:
        raise ValueError(f"cannot pair sines and cosines in {embed_dim} columns")
    rates = np.exp(-np.log(10000) * (np.arange(embed_dim) // 2 * 2) / embed_dim)
    angles = np.arange(num_positions)[:, None] * rates
    angles[:, 1::2] += np.pi / 2
    return torch.from_numpy(np.sin(angles)).to(torch.float32)
