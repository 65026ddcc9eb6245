"""The weights of the first call are kept and used again for other tokens."""

FAILS = ("test_calls_stand_alone",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if not hasattr(self, "kept"):
            self.kept = scaled_dot_product_attention(queries, keys, values)[1].detach()
        weights = self.kept
        heads = self.dropout(weights) @ values
        output = self.out(heads.transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
