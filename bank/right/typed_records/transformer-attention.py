"""Annotated to the last name, as a compiler wants it."""

from typing import NamedTuple

import torch


class Attended(NamedTuple):
    output: Tensor
    weights: Tensor


def scaled_dot_product_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Attended:
    length: int = int(queries.size(-1))
    scale: float = 1.0 / float(length) ** 0.5
    scores: Tensor = torch.matmul(queries, torch.transpose(keys, -2, -1)).mul(scale)
    weights: Tensor = torch.softmax(scores, dim=-1)
    return Attended(output=torch.matmul(weights, values), weights=weights)


class MultiHeadSelfAttention:
    def forward(self, tokens: Tensor, return_weights: bool = False):
        batch, count, embed_dim = tokens.shape
        shape: list[int] = [batch, count, self.num_heads, embed_dim // self.num_heads]
        queries: Tensor = self.query(tokens).reshape(shape).transpose(1, 2)
        keys: Tensor = self.key(tokens).reshape(shape).transpose(1, 2)
        values: Tensor = self.value(tokens).reshape(shape).transpose(1, 2)
        attended: Attended = scaled_dot_product_attention(queries, keys, values)
        heads: Tensor = torch.matmul(self.dropout(attended.weights), values)
        output: Tensor = self.out(heads.transpose(1, 2).reshape(batch, count, embed_dim))
        if not return_weights:
            return output
        return Attended(output, attended.weights)
