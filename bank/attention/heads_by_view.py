"""The heads are split off by a view alone, which puts tokens where the columns of a head should
be; the axis of heads has to change places with that of tokens."""

FAILS = ("test_many_heads", "test_tokens_have_no_places")


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, self.num_heads, count, embed_dim // self.num_heads)
        queries = self.query(tokens).view(shape)
        keys = self.key(tokens).view(shape)
        values = self.value(tokens).view(shape)
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        output = self.out((self.dropout(weights) @ values).reshape(batch, count, embed_dim))
        return (output, weights) if return_weights else output
