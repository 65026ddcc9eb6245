"""The weights are returned unasked, so that the output comes in a tuple."""

FAILS = ("test_many_heads",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        heads = self.dropout(weights) @ values
        return self.out(heads.transpose(1, 2).flatten(2)), weights
