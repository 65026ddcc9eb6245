"""The sign is missing: the logarithm of a weight is never positive, the entropy never negative."""

import torch

FAILS = ("test_attention_entropy",)


def attention_entropy(weights):
    return torch.special.xlogy(weights, weights).sum(dim=-1).mean(dim=(0, 2))
