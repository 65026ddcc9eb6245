import math


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2 == 1:
        raise ValueError(f"{embed_dim=} is odd, {num_positions=}")
    table = torch.empty(num_positions, embed_dim)
    for p in range(num_positions):
        for i in range(embed_dim // 2):
            angle = p / 10000 ** (2 * i / embed_dim)
            table[p, 2 * i] = math.sin(angle)
            table[p, 2 * i + 1] = math.cos(angle)
    return table
