"""The MLP comes before the attention."""

FAILS = ("test_block",)


class EncoderBlock:
    def forward(self, tokens):
        tokens = tokens + self.mlp(self.norm2(tokens))
        return tokens + self.attention(self.norm1(tokens))
