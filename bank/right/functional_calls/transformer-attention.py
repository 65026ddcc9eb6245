"""Layers called through `torch.func`, their parameters stacked or handed over."""

import torch
from torch.func import functional_call, vmap


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        layers = [self.query, self.key, self.value]
        parameters = {
            name: torch.stack([layer.get_parameter(name) for layer in layers])
            for name in ("weight", "bias")
        }

        def project(own):
            return functional_call(self.query, own, (tokens,))

        projected = vmap(project)(parameters).unflatten(-1, (self.num_heads, -1))
        queries, keys, values = projected.transpose(2, 3)
        _, weights = scaled_dot_product_attention(queries, keys, values)
        mixed = (self.dropout(weights) @ values).transpose(1, 2).flatten(2)
        output = functional_call(self.out, dict(self.out.named_parameters()), (mixed,))
        return (output, weights) if return_weights else output
