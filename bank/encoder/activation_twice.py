"""A second activation follows the last layer; only one is asked for, between the layers."""

from torch.nn import functional as F

FAILS = ("test_mlp",)


class MLP:
    def forward(self, tokens):
        return self.dropout(F.gelu(self.fc2(self.dropout(F.gelu(self.fc1(tokens))))))
