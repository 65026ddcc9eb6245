"""Half of the queries, and the other half, until one is left."""

import torch


def scaled_dot_product_attention(queries, keys, values):
    count = queries.shape[-2]
    if count == 1:
        scores = (keys * queries).sum(dim=-1, keepdim=True).mT / math.sqrt(keys.shape[-1])
        weights = torch.nn.functional.softmax(scores, -1)
        return weights @ values, weights
    parts = [
        scaled_dot_product_attention(part, keys, values)
        for part in queries.tensor_split([count // 2], dim=-2)
    ]
    output, weights = (torch.cat(pair, dim=-2) for pair in zip(*parts, strict=True))
    return output, weights
