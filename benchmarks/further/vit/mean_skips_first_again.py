"""With pool="mean" the mean leaves out the first token (tokens[:, 1:]), although there is no class token to leave out."""


class ViT(nn.Module):
    def forward(self, images):
        x = self.dropout(self.embed(images))
        x = self.encoder(x)
        if self.pool == "class":
            x = x[:, 0]
        elif x.shape[1] > 1:
            x = x[:, 1:].mean(dim=1)
        else:
            x = x.mean(dim=1)
        return self.head(x)
