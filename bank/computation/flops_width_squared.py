"""The grid of patches is taken to be square, by the width, where height and width are given."""

FAILS = ("test_flops_of_other_sizes",)


def count_flops(
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
    side = image_size if isinstance(image_size, int) else image_size[1]
    tokens = count_tokens(side, patch_size, pool)
    patches = count_tokens(side, patch_size, "mean")
    projection = patches * in_channels * patch_size**2 * embed_dim
    projections = 4 * tokens * embed_dim**2
    attention = 2 * tokens**2 * embed_dim
    mlp = 2 * tokens * embed_dim * hidden_dim
    blocks = num_layers * (projections + attention + mlp)
    return 2 * (projection + blocks + embed_dim * num_classes)
