"""Dropout acts in evaluation mode, too; it belongs to training only."""

from torch.nn import functional as F

FAILS = ("test_dropout",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(F.dropout(self.embed(images), self.dropout.p))
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])
