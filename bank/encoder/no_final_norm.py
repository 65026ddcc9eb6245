"""The last LayerNorm is missing."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        for block in self.blocks:
            tokens = block(tokens)
        return tokens
