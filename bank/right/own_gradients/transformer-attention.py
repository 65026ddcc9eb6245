"""The softmax and its derivative written out."""

import torch


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores):
        exponentials = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
        weights = exponentials / exponentials.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(weights)
        return weights

    @staticmethod
    def backward(ctx, gradient):
        (weights,) = ctx.saved_tensors
        return weights * (gradient - (gradient * weights).sum(dim=-1, keepdim=True))


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) * (1 / math.sqrt(queries.shape[-1]))
    weights = Softmax.apply(scores)
    return weights @ values, weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = (
            torch.stack(layer(tokens).chunk(self.num_heads, dim=-1), dim=1)
            for layer in (self.query, self.key, self.value)
        )
        _, weights = scaled_dot_product_attention(queries, keys, values)
        scale = torch.ones_like(weights)
        if self.training and self.dropout.p < 1:
            keep = 1 - self.dropout.p
            scale = torch.bernoulli(torch.full_like(weights, keep)) / keep
        elif self.training:
            scale = torch.zeros_like(weights)
        heads = (weights * scale) @ values
        output = self.out(torch.cat([head.squeeze(1) for head in heads.split(1, dim=1)], dim=-1))
        return (output, weights) if return_weights else output
