"""The attention is counted with its queries, keys and values, but without the output projection."""

FAILS = ("test_parameters",)


def count_parameters(
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

    def linear(inputs, outputs):
        return inputs * outputs + outputs

    norm = 2 * embed_dim
    attention = 3 * linear(embed_dim, embed_dim)
    mlp = linear(embed_dim, hidden_dim) + linear(hidden_dim, embed_dim)
    projection = linear(in_channels * patch_size**2, embed_dim)
    class_token = embed_dim if pool == "class" else 0
    embedding = projection + class_token + tokens * embed_dim
    encoder = num_layers * (2 * norm + attention + mlp) + norm
    return embedding + encoder + linear(embed_dim, num_classes)
