"""Each matrix product and each tensor by itself, in a list of shapes."""

import math


def count_tokens(image_size, patch_size, pool="class"):
    if not isinstance(image_size, tuple):
        image_size = (image_size, image_size)
    tokens = 1
    for side in image_size:
        whole, rest = divmod(side, patch_size)
        if rest:
            raise ValueError(f"a side of {side} pixels has no whole patches of {patch_size}")
        tokens *= whole
    if pool == "class":
        tokens += 1
    return tokens


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
    shapes = [(in_channels * patch_size * patch_size, embed_dim), (embed_dim,)]
    if pool == "class":
        shapes.append((embed_dim,))
    shapes.append((count_tokens(image_size, patch_size, pool), embed_dim))
    for _ in range(num_layers):
        shapes += [(embed_dim,)] * 4
        shapes += [(embed_dim, embed_dim), (embed_dim,)] * 4
        shapes += [(embed_dim, hidden_dim), (hidden_dim,), (hidden_dim, embed_dim), (embed_dim,)]
    shapes += [(embed_dim,), (embed_dim,), (embed_dim, num_classes), (num_classes,)]
    return sum(math.prod(shape) for shape in shapes)


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
    head_dim = embed_dim // num_heads
    products = [(tokens - (pool == "class"), in_channels * patch_size**2, embed_dim)]
    for _ in range(num_layers):
        products += [(tokens, embed_dim, embed_dim)] * 4
        for _ in range(num_heads):
            products += [(tokens, head_dim, tokens), (tokens, tokens, head_dim)]
        products += [(tokens, embed_dim, hidden_dim), (tokens, hidden_dim, embed_dim)]
    products.append((1, embed_dim, num_classes))
    total = 0
    for rows, inner, columns in products:
        total += rows * columns * inner * 2
    return total


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
    stream = (tokens, embed_dim)
    kept = [(tokens - (pool == "class"), in_channels, patch_size, patch_size)]
    for _ in range(num_layers):
        kept += [stream, stream]
        kept += [stream, stream, stream]
        kept += [(num_heads, tokens, tokens), stream]
        kept += [stream, stream, (tokens, hidden_dim), (tokens, hidden_dim)]
    kept += [stream, (1, embed_dim)]
    return sum(math.prod(shape) for shape in kept)


def gradient_norm(gradients):
    total = torch.zeros(())
    for gradient in gradients:
        if gradient is None:
            continue
        for row in gradient.flatten().split(5):
            total = total + row.dot(row)
    return total.sqrt()


def attention_entropy(weights):
    heads = []
    for head in range(weights.shape[1]):
        rows = weights[:, head].flatten(0, 1)
        found = []
        for row in rows:
            chosen = row[row > 0]
            found.append(-(chosen * chosen.log()).sum())
        heads.append(torch.stack(found).mean())
    return torch.stack(heads)


def logit_spread(logits):
    spreads = []
    for column in logits.unbind(dim=1):
        mean = sum(column) / len(column)
        spreads.append((sum((each - mean) ** 2 for each in column) / len(column)) ** 0.5)
    return torch.stack(spreads).mean()
