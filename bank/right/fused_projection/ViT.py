from torch.nn import functional as F


class ViT:
    def embed(self, images):
        size = self.patch_size
        weight = self.projection.weight.reshape(-1, images.shape[1], size, size)
        grid = F.conv2d(images, weight, self.projection.bias, stride=size)
        tokens = grid.flatten(2).mT
        if self.class_token is not None:
            tokens = F.pad(tokens, (0, 0, 1, 0))
            tokens[:, 0] = self.class_token[0]
        if self.positions is not None:
            tokens = torch.add(tokens, self.positions)
        return tokens

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "class":
            return self.head(tokens)[:, 0]
        return self.head(tokens.sum(dim=1) / tokens.size(1))
