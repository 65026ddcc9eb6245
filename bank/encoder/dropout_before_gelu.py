"""The first dropout comes before the GELU, where it belongs after it."""

from torch.nn import functional as F

FAILS = ("test_mlp_dropout",)


class MLP:
    def forward(self, tokens):
        return self.dropout(self.fc2(F.gelu(self.dropout(self.fc1(tokens)))))
