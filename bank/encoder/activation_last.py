"""The activation comes after the second layer, where it belongs between the two."""

from torch.nn import functional as F

FAILS = ("test_mlp",)


class MLP:
    def forward(self, tokens):
        return self.dropout(F.gelu(self.fc2(self.dropout(self.fc1(tokens)))))
