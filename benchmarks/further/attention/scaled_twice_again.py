"""In the multi-head attention the queries are divided by sqrt(head_dim) before they go to scaled_dot_product_attention, which divides again, so that the scores are divided by head_dim in all."""

import math


class MultiHeadSelfAttention(nn.Module):
    def forward(self, tokens, return_weights=False):
        b, n, e = tokens.shape
        head_dim = e // self.num_heads

        def split(x):
            return x.reshape(b, n, self.num_heads, head_dim).transpose(1, 2)

        q = split(self.query(tokens)) / math.sqrt(head_dim)
        k = split(self.key(tokens))
        v = split(self.value(tokens))
        _, weights = scaled_dot_product_attention(q, k, v)
        mixed = self.dropout(weights) @ v
        out = self.out(mixed.transpose(1, 2).reshape(b, n, e))
        if return_weights:
            return out, weights
        return out
