"""The entropies of the queries are added up instead of averaged."""

import torch

FAILS = ("test_attention_entropy",)


def attention_entropy(weights):
    return -torch.special.xlogy(weights, weights).sum(dim=(-2, -1)).mean(dim=0)
