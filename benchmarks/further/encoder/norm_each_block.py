"""The encoder applies its final LayerNorm after every block instead of once after the last one."""


class Encoder(nn.Module):
    def forward(self, tokens):
        for block in self.blocks:
            tokens = block(tokens)
            tokens = self.norm(tokens)
        return tokens
