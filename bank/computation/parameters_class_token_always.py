"""A class token is counted among the parameters even where there is none."""

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
    attention = 4 * linear(embed_dim, embed_dim)
    mlp = linear(embed_dim, hidden_dim) + linear(hidden_dim, embed_dim)
    projection = linear(in_channels * patch_size**2, embed_dim)
    class_token = embed_dim
    embedding = projection + class_token + tokens * embed_dim
    encoder = num_layers * (2 * norm + attention + mlp) + norm
    return embedding + encoder + linear(embed_dim, num_classes)
