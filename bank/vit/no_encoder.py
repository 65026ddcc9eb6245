"""The head reads the embedded tokens: the encoder is never run."""

FAILS = ("test_logits", "test_mean_pool")


class ViT:
    def forward(self, images):
        tokens = self.dropout(self.embed(images))
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])
