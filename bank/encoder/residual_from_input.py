"""The second residual connection adds the block's input; it should add what the first one gave."""

FAILS = ("test_block",)


class EncoderBlock:
    def forward(self, tokens):
        attended = tokens + self.attention(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(attended))
