"""The block adds dropout of its own after the attention; dropout is inside the parts already."""

FAILS = ("test_dropout_inside_the_parts",)


class EncoderBlock:
    def forward(self, tokens):
        tokens = tokens + self.mlp.dropout(self.attention(self.norm1(tokens)))
        return tokens + self.mlp(self.norm2(tokens))
