"""The mean leaves the first token out, as if it were a class token; with mean pooling there is
none."""

FAILS = ("test_mean_pool",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        return self.head(tokens[:, 1:].mean(dim=1) if self.pool == "mean" else tokens[:, 0])
