"""The mean runs over the numbers of a token, where it should run over the tokens."""

FAILS = ("test_mean_pool",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "mean":
            return self.head(tokens.mean(dim=-1, keepdim=True).expand_as(tokens)[:, 0])
        return self.head(tokens[:, 0])
