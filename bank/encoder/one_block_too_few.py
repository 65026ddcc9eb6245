"""The last block is left out."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        for block in self.blocks[:-1]:
            tokens = block(tokens)
        return self.norm(tokens)
