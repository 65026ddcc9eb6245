import torch


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2 != 0:
        raise ValueError("embed_dim has to be even, not " + str(embed_dim))
    frequencies = 1 / 10000 ** (torch.arange(0, embed_dim, 2).float() / embed_dim)
    angles = torch.einsum("p,i->pi", torch.arange(num_positions).float(), frequencies)
    table = torch.zeros(num_positions, embed_dim)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)
    return table
