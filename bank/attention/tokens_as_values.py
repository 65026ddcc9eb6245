"""The values are the tokens themselves; each token has to go through the value projection."""

FAILS = ("test_many_heads",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            projected.view(shape).transpose(1, 2)
            for projected in (self.query(tokens), self.key(tokens), tokens)
        )
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        heads = self.dropout(weights) @ values
        output = self.out(heads.transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
