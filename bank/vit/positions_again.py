"""The positions are added again before the encoder, although embed has added them."""

FAILS = ("test_sizes",)


class ViT:
    def forward(self, images):
        tokens = self.embed(images)
        if self.positions is not None:
            tokens = tokens + self.positions
        tokens = self.encoder(self.dropout(tokens))
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])
