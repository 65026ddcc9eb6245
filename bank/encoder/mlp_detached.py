"""No gradient flows through the MLP: its hidden numbers were cut off from the layer that made
them."""

from torch.nn import functional as F

FAILS = ("test_gradients",)


class MLP:
    def forward(self, tokens):
        hidden = self.dropout(F.gelu(self.fc1(tokens))).detach()
        return self.dropout(self.fc2(hidden))
