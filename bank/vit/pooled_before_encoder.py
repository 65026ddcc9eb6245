"""The mean is taken before the encoder; it is taken over the encoder's output."""

FAILS = ("test_mean_pool",)


class ViT:
    def forward(self, images):
        tokens = self.dropout(self.embed(images))
        if self.pool == "mean":
            tokens = tokens.mean(dim=1, keepdim=True)
        return self.head(self.encoder(tokens)[:, 0])
