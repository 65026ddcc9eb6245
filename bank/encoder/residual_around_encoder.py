"""The encoder adds its input to its output; the residual connections belong to the blocks."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        output = tokens
        for block in self.blocks:
            output = block(output)
        return tokens + self.norm(output)
