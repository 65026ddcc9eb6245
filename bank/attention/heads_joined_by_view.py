"""The heads' outputs are joined by a view alone, which mixes tokens; the axis of heads has to go
back to its place first."""

FAILS = ("test_many_heads", "test_tokens_have_no_places")


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        output = self.out((self.dropout(weights) @ values).reshape(batch, count, embed_dim))
        return (output, weights) if return_weights else output
