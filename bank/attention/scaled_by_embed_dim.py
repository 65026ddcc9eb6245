"""Each head divides its scores by the square root of embed_dim; what counts is the length of one
head's query."""

FAILS = ("test_many_heads",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        weights = (queries @ keys.transpose(-2, -1) / embed_dim**0.5).softmax(dim=-1)
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
