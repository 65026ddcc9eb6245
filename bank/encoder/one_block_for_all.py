"""One block is used over and over; each layer has a block, and weights, of its own."""

FAILS = ("test_encoder",)


class Encoder:
    def forward(self, tokens):
        for _ in self.blocks:
            tokens = self.blocks[0](tokens)
        return self.norm(tokens)
