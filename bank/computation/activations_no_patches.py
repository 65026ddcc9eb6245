"""The patches, which the projection reads, are not counted."""

FAILS = ("test_activations",)


def count_activations(
    image_size,
    patch_size,
    in_channels,
    num_classes,
    embed_dim,
    hidden_dim,
    num_layers,
    num_heads,
    pool="class",
):
    tokens = count_tokens(image_size, patch_size, pool)
    block = 8 * tokens * embed_dim + num_heads * tokens**2 + 2 * tokens * hidden_dim
    return num_layers * block + tokens * embed_dim + embed_dim
