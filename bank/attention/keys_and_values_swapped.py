"""Keys and values have changed places."""

FAILS = ("test_one_head", "test_many_heads")


class SelfAttention:
    def forward(self, tokens):
        queries, keys, values = self.query(tokens), self.value(tokens), self.key(tokens)
        return self.out(scaled_dot_product_attention(queries, keys, values)[0])


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.value, self.key)
        )
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
