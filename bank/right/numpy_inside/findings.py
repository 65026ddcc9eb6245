"""NumPy for the numbers, tensors at the door."""

import numpy as np


def count_tokens(image_size, patch_size, pool="class"):
    sides = np.broadcast_to(np.asarray(image_size), (2,))
    if (sides % patch_size != 0).any():
        raise ValueError(f"patch_size {patch_size} leaves a rest of the sides {sides.tolist()}")
    return int(np.prod(sides // patch_size)) + {"class": 1, "mean": 0}[pool]


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
    one_token = 2 * embed_dim**2 * 4 + 4 * embed_dim * hidden_dim
    one_pair = 4 * embed_dim
    polynomial = np.array([num_layers * one_pair, num_layers * one_token, 0], dtype=object)
    fixed = 2 * patches * in_channels * patch_size**2 * embed_dim + 2 * embed_dim * num_classes
    return int(np.polyval(polynomial, tokens)) + fixed


def gradient_norm(gradients):
    found = [each.detach().cpu().numpy().ravel() for each in gradients if each is not None]
    if not found:
        return torch.zeros(())
    return torch.from_numpy(np.asarray(np.linalg.norm(np.concatenate(found))))


def attention_entropy(weights):
    array = weights.detach().cpu().double().numpy()
    terms = np.where(array > 0, array * np.log(np.where(array > 0, array, 1)), 0)
    return torch.from_numpy(-terms.sum(-1).mean(axis=(0, 2))).to(weights)


def logit_spread(logits):
    return torch.tensor(np.std(logits.detach().cpu().numpy(), axis=0).mean())
