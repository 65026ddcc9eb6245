"""In training, the weights returned are those after dropout."""

import math

import torch

FAILS = ("test_dropout_on_weights",)


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        count = tokens.shape[1]
        if count < 2:
            raise ValueError(f"{count} token cannot look at any other token")
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        itself = torch.eye(count, dtype=torch.bool, device=tokens.device)
        scores = queries @ keys.transpose(-2, -1) / self.temperature
        weights = scores.masked_fill(itself, -math.inf).softmax(dim=-1)
        weights = self.dropout(weights)
        output = self.out((weights @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
