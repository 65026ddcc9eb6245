"""Dropout never acts on the embedded tokens."""

FAILS = ("test_dropout",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.embed(images))
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])
