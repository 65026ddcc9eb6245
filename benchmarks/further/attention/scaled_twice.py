"""SelfAttention.forward divides the queries by sqrt(head_dim) before calling scaled_dot_product_attention, which does it again, so the scores are divided by head_dim in all in the single head."""


class SelfAttention(nn.Module):
    def forward(self, tokens):
        queries = self.query(tokens)
        keys = self.key(tokens)
        values = self.value(tokens)
        queries = queries / math.sqrt(queries.shape[-1])
        output, _ = scaled_dot_product_attention(queries, keys, values)
        return self.out(output)
