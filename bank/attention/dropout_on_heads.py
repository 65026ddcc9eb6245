"""Dropout acts on what the heads collected; it belongs on the weights, before they meet the
values."""

FAILS = ("test_dropout_on_weights",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        heads, weights = scaled_dot_product_attention(queries, keys, values)
        heads = self.dropout(heads)
        output = self.out(heads.transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
