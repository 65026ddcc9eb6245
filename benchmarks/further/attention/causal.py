"""Every query i may only see the keys 0..i: a causal mask (scores above the diagonal set to -inf) is applied before the softmax."""

import math

import torch


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
    n, m = scores.shape[-2:]
    future = torch.ones(n, m, dtype=torch.bool, device=scores.device).triu(diagonal=1)
    scores = scores.masked_fill(future, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ values, weights
