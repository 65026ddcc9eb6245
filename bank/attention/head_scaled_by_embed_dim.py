"""The single head divides its scores by the square root of embed_dim; what counts is head_dim."""

FAILS = ("test_one_head",)


class SelfAttention:
    def forward(self, tokens):
        scores = self.query(tokens) @ self.key(tokens).transpose(-2, -1)
        weights = (scores / tokens.shape[-1] ** 0.5).softmax(dim=-1)
        return self.out(weights @ self.value(tokens))
