"""The MLP adds its input to its output; the residual connection belongs to the block."""

from torch.nn import functional as F

FAILS = ("test_mlp",)


class MLP:
    def forward(self, tokens):
        return tokens + self.dropout(self.fc2(self.dropout(F.gelu(self.fc1(tokens)))))
