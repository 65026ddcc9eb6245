"""The head reads the first token where the mean over all tokens is asked for."""

FAILS = ("test_mean_pool",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        return self.head(tokens[:, 0])
