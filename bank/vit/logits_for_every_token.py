"""The head is applied to every token; logits are asked for one token of each image."""

FAILS = ("test_logits", "test_mean_pool")


class ViT:
    def forward(self, images):
        return self.head(self.encoder(self.dropout(self.embed(images))))
