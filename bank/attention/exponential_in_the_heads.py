"""The exponential of a large score overflows in the heads, whose softmax is written anew."""

FAILS = ("test_large_scores",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = (queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5).exp()
        weights = scores / scores.sum(dim=-1, keepdim=True)
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
