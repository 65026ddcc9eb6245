"""The MLP reads the block's input (normalised by norm2) instead of the tokens after the attention's residual: attention and MLP run side by side and both are added to the input."""


class EncoderBlock(nn.Module):
    def forward(self, tokens):
        a = self.attention(self.norm1(tokens))
        m = self.mlp(self.norm2(tokens))
        return tokens + a + m
