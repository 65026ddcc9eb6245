"""The second residual connection of the block adds the block's input instead of the result of the attention step, so the attention's output reaches the result only through the MLP."""


class EncoderBlock(nn.Module):
    def forward(self, tokens):
        attended = tokens + self.attention(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(attended))
