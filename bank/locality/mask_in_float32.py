"""The mask is added as float32 numbers, which other dtypes do not get along with."""

import math

import torch

FAILS = ("test_dtypes",)


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        count = tokens.shape[1]
        if count < 2:
            raise ValueError(f"{count} token cannot look at any other token")
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        itself = torch.zeros(count, count).fill_diagonal_(-math.inf)
        scores = queries @ keys.transpose(-2, -1) / self.temperature
        weights = (scores + itself).softmax(dim=-1)
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
