"""In SelfAttention the keys are made by the query projection (self.query) instead of self.key."""


class SelfAttention(nn.Module):
    def forward(self, tokens):
        q = self.query(tokens)
        k = self.query(tokens)
        v = self.value(tokens)
        output, _ = scaled_dot_product_attention(q, k, v)
        return self.out(output)
