"""The GELU is the approximation by tanh; the exact one is asked for."""

from torch.nn import functional as F

FAILS = ("test_mlp",)


class MLP:
    def forward(self, tokens):
        return self.dropout(self.fc2(self.dropout(F.gelu(self.fc1(tokens), approximate="tanh"))))
