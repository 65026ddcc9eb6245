"""One block of keys after the other, with a running maximum and a running total."""

import torch

BLOCK = 2


def scaled_dot_product_attention(queries, keys, values):
    scaled = queries / math.sqrt(queries.shape[-1])
    blocks = [scaled @ block.transpose(-2, -1) for block in keys.split(BLOCK, dim=-2)]
    largest = torch.full_like(queries[..., :1], -float("inf"))
    total = torch.zeros_like(largest)
    output = values.new_zeros(*queries.shape[:-1], values.shape[-1])
    for scores, part in zip(blocks, values.split(BLOCK, dim=-2), strict=True):
        raised = torch.maximum(largest, scores.amax(dim=-1, keepdim=True)).detach()
        correction = torch.exp(largest - raised)
        exponentials = torch.exp(scores - raised)
        total = total * correction + exponentials.sum(dim=-1, keepdim=True)
        output = output * correction + exponentials @ part
        largest = raised
    weights = torch.cat([torch.exp(scores - largest) / total for scores in blocks], dim=-1)
    return output / total, weights
