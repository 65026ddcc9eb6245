class Residual(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.Sequential(*parts)

    def forward(self, tokens):
        return tokens + self.parts(tokens)


class MLP:
    def forward(self, tokens):
        return nn.Sequential(self.fc1, nn.GELU(), self.dropout, self.fc2, self.dropout)(tokens)


class EncoderBlock:
    def forward(self, tokens):
        parts = Residual(self.norm1, self.attention), Residual(self.norm2, self.mlp)
        return nn.Sequential(*parts).train(self.training)(tokens)


class Encoder:
    def forward(self, tokens):
        return nn.Sequential(*self.blocks, self.norm)(tokens)
