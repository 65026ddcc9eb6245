"""The last LayerNorm is applied after every block; it belongs after the last one only."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        for block in self.blocks:
            tokens = self.norm(block(tokens))
        return tokens
