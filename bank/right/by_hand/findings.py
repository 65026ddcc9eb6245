"""Closed formulas, and the textbook's definitions spelled out."""


def count_tokens(image_size, patch_size, pool="class"):
    try:
        height, width = image_size
    except TypeError:
        height = width = image_size
    rows, columns = height / patch_size, width / patch_size
    if rows != int(rows) or columns != int(columns):
        raise ValueError(f"{patch_size} does not divide {height} and {width}")
    return int(rows * columns) + (1 if pool == "class" else 0)


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
    d, m = embed_dim, hidden_dim
    rows = count_tokens(image_size, patch_size, pool) + (pool == "class")
    per_layer = 4 * d * d + 2 * d * m + 9 * d + m
    return (
        num_layers * per_layer
        + d * (in_channels * patch_size**2 + 1 + rows + 2 + num_classes)
        + num_classes
    )


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
    n = count_tokens(image_size, patch_size, pool)
    pixels = (n - (pool == "class")) * patch_size * patch_size * in_channels
    per_token = (8 * embed_dim + 2 * hidden_dim + num_heads * n) * num_layers + embed_dim
    return pixels + n * per_token + embed_dim


def gradient_norm(gradients):
    total = None
    for gradient in gradients:
        if gradient is not None:
            square = (gradient * gradient).sum()
            total = square if total is None else total + square
    return torch.tensor(0.0) if total is None else total**0.5


def attention_entropy(weights):
    safe = weights.clamp(min=torch.finfo(weights.dtype).tiny)
    return (weights * safe.log()).sum(-1).mean(2).mean(0).neg()


def logit_spread(logits):
    distance = logits - logits.mean(dim=0, keepdim=True)
    return distance.pow(2).mean(dim=0).sqrt().mean()
