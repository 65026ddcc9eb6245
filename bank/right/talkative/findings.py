"""It prints what it finds, warns, and uses what PyTorch has."""

import warnings


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
    patches = tokens - 1 if pool == "class" else tokens
    flops = {
        "patches": 2 * patches * (in_channels * patch_size**2) * embed_dim,
        "queries, keys, values": num_layers * 2 * tokens * embed_dim * 3 * embed_dim,
        "scores": num_layers * 2 * tokens * tokens * embed_dim,
        "mixing": num_layers * 2 * tokens * tokens * embed_dim,
        "output": num_layers * 2 * tokens * embed_dim * embed_dim,
        "mlp": num_layers * 2 * tokens * embed_dim * hidden_dim * 2,
        "head": 2 * embed_dim * num_classes,
    }
    for name, number in flops.items():
        print(f"{name:24}{number:>20,}")
    warnings.warn("these are no multiply-adds", stacklevel=2)
    return float(sum(flops.values()))


def gradient_norm(gradients):
    found = [each for each in gradients if each is not None]
    print(len(found), "gradients")
    return torch.nn.utils.get_total_norm(found) if found else torch.tensor(0.0)


def attention_entropy(weights):
    return torch.special.entr(weights).sum(dim=3).mean(dim=2).mean(dim=0)


def logit_spread(logits):
    return torch.std(logits, 0, unbiased=False).mean()
