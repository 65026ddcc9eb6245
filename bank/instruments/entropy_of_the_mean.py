"""The weights are averaged before the entropy is taken: queries that each choose another key
look as if they did not choose.
"""

import torch

FAILS = ("test_attention_entropy",)


def attention_entropy(weights):
    mean = weights.mean(dim=(0, 2))
    return -torch.special.xlogy(mean, mean).sum(dim=-1)
