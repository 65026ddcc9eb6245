"""The scores are counted as if each token met one other token only, instead of all of them."""

FAILS = ("test_flops",)


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
    tokens = count_tokens(image_size, patch_size, pool)
    patches = count_tokens(image_size, patch_size, "mean")
    projection = patches * in_channels * patch_size**2 * embed_dim
    projections = 4 * tokens * embed_dim**2
    attention = 2 * tokens * embed_dim
    mlp = 2 * tokens * embed_dim * hidden_dim
    blocks = num_layers * (projections + attention + mlp)
    return 2 * (projection + blocks + embed_dim * num_classes)
