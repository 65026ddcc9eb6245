"""The encoder adds each block's input to the block's output once more, a further residual connection around every block."""


class Encoder(nn.Module):
    def forward(self, tokens):
        x = tokens
        for block in self.blocks:
            x = x + block(x)
        return self.norm(x)
