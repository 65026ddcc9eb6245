"""Dropout is never applied, not even in training."""

from torch.nn import functional as F

FAILS = ("test_mlp_dropout", "test_dropout_only_in_training")


class MLP:
    def forward(self, tokens):
        return self.fc2(F.gelu(self.fc1(tokens)))
