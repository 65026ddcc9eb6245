"""The MLP reads the block's input; it should read what the attention has made of it."""

FAILS = ("test_block",)


class EncoderBlock:
    def forward(self, tokens):
        return tokens + self.attention(self.norm1(tokens)) + self.mlp(self.norm2(tokens))
