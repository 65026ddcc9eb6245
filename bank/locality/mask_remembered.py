"""The mask is made once and kept, and does not fit when the number of tokens changes."""

import math

import torch

FAILS = ("test_calls_stand_alone",)


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        count = tokens.shape[1]
        if count < 2:
            raise ValueError(f"{count} token cannot look at any other token")
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if not hasattr(self, "itself"):
            self.itself = torch.eye(count, dtype=torch.bool)
        scores = queries @ keys.transpose(-2, -1) / self.temperature
        weights = scores.masked_fill(self.itself, -math.inf).softmax(dim=-1)
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
