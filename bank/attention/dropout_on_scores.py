"""Dropout acts on the scores; it belongs on the weights, after the softmax."""

FAILS = ("test_dropout_on_weights",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
        weights = self.dropout(scores).softmax(dim=-1)
        heads = weights @ values
        output = self.out(heads.transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
