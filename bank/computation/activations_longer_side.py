"""The image is taken to be a square of its longer side where height and width are given."""

FAILS = ("test_activations_of_other_sizes",)


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
    side = image_size if isinstance(image_size, int) else max(image_size)
    tokens = count_tokens(side, patch_size, pool)
    patches = count_tokens(side, patch_size, "mean")
    pixels = patches * in_channels * patch_size**2
    block = 8 * tokens * embed_dim + num_heads * tokens**2 + 2 * tokens * hidden_dim
    return pixels + num_layers * block + tokens * embed_dim + embed_dim
