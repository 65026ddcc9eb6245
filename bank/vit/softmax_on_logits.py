"""A softmax turns the logits into probabilities; the loss expects logits."""

FAILS = ("test_logits", "test_mean_pool")


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        pooled = tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0]
        return self.head(pooled).softmax(dim=-1)
