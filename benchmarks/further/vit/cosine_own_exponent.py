"""The exponent is taken from each column's own number instead of the pair's: column 2i+1 is cos(p / 10000^((2i+1)/embed_dim)), not the cosine of the same angle as the sine in column 2i."""


def sinusoidal_positions(num_positions, embed_dim):
    if embed_dim % 2:
        raise ValueError(f"embed_dim must be even, not {embed_dim}")
    position = torch.arange(num_positions, dtype=torch.float64).unsqueeze(1)
    column = torch.arange(embed_dim, dtype=torch.float64)
    angles = position / 10000 ** (column / embed_dim)
    table = torch.empty(num_positions, embed_dim, dtype=torch.float64)
    table[:, 0::2] = angles[:, 0::2].sin()
    table[:, 1::2] = angles[:, 1::2].cos()
    return table.float()
