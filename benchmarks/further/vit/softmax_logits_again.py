"""ViT.forward applies a softmax over the classes to the head's output, returning probabilities instead of logits."""


class ViT(nn.Module):
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        pooled = tokens[:, 0] if self.pool == "class" else tokens.mean(dim=1)
        return self.head(pooled).softmax(dim=-1)
