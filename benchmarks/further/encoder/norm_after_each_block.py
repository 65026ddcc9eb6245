"""The encoder's final LayerNorm is inside the loop: it is applied after every block, not only once after the last one."""


class Encoder(nn.Module):
    def forward(self, tokens):
        for block in self.blocks:
            tokens = block(tokens)
            tokens = self.norm(tokens)
        return tokens
