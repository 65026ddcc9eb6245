"""A causal mask is applied: the scores of all keys that come after the query's own position are set to minus infinity before the softmax, so no token sees later ones."""

import torch


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    scores = scores.masked_fill(~seen, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ values, weights
