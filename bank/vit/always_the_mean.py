"""The head reads the mean over all tokens where the class token's output is asked for."""

FAILS = ("test_logits",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        return self.head(tokens.mean(dim=1))
