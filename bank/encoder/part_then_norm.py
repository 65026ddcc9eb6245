"""Each part's result is normalised, where its input should be."""

FAILS = ("test_block",)


class EncoderBlock:
    def forward(self, tokens):
        tokens = tokens + self.norm1(self.attention(tokens))
        return tokens + self.norm2(self.mlp(tokens))
