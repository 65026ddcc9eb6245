"""The single head returns what it collected; the last projection is missing."""

FAILS = ("test_one_head",)


class SelfAttention:
    def forward(self, tokens):
        return scaled_dot_product_attention(
            self.query(tokens), self.key(tokens), self.value(tokens)
        )[0]
