"""What the norm after the last block reads is not counted."""

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
    patches = count_tokens(image_size, patch_size, "mean")
    pixels = patches * in_channels * patch_size**2
    block = 8 * tokens * embed_dim + num_heads * tokens**2 + 2 * tokens * hidden_dim
    return pixels + num_layers * block + embed_dim
