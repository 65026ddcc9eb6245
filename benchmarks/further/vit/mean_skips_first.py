"""With pool="mean", the mean leaves out token 0 (tokens[:, 1:]) as if it were a class token, although there is none and token 0 is the first patch."""


class ViT(nn.Module):
    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "class":
            pooled = tokens[:, 0]
        else:
            pooled = tokens[:, 1:].mean(dim=1)
        return self.head(pooled)
