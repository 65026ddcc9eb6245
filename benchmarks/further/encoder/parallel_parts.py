"""Attention and MLP run in parallel: the MLP with norm2 reads the block's input instead of the sum after the attention, and both results are added to the input."""


class EncoderBlock(nn.Module):
    def forward(self, tokens):
        attended = self.attention(self.norm1(tokens))
        thought = self.mlp(self.norm2(tokens))
        return tokens + attended + thought
