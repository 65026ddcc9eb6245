"""The images are centred over the batch, so that one image's logits depend on the others."""

FAILS = ("test_logits",)


class ViT:
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images - images.mean(dim=0))))
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])
