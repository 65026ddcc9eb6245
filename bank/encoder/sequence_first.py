"""The tokens' axis is put before the batch's, so that images attend to each other; batch comes
first here."""

FAILS = ("test_tokens_have_no_places", "test_block")


class EncoderBlock:
    def forward(self, tokens):
        attended = self.attention(self.norm1(tokens).transpose(0, 1)).transpose(0, 1)
        tokens = tokens + attended
        return tokens + self.mlp(self.norm2(tokens))
