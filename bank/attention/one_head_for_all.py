"""The columns are not shared out: one head does the work of all."""

FAILS = ("test_many_heads", "test_returned_weights")


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = self.query(tokens), self.key(tokens), self.value(tokens)
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        output = self.out(self.dropout(weights) @ values)
        return (output, weights) if return_weights else output
