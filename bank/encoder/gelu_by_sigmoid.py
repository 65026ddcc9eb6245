"""The GELU is the approximation by a sigmoid; the exact one is asked for."""

FAILS = ("test_mlp",)


class MLP:
    def forward(self, tokens):
        hidden = self.fc1(tokens)
        return self.dropout(self.fc2(self.dropout(hidden * (1.702 * hidden).sigmoid())))
