"""The encoder's LayerNorm comes before the blocks; it belongs after the last one."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        tokens = self.norm(tokens)
        for block in self.blocks:
            tokens = block(tokens)
        return tokens
