import torch
from torch.nn import functional as F


class ViT:
    def embed(self, images):
        patches = images_to_patches(images.double(), self.patch_size)
        weight = self.projection.weight.double().flatten(start_dim=1)
        tokens = F.linear(patches, weight, self.projection.bias.double())
        if self.class_token is not None:
            first = self.class_token.double().expand(tokens.shape[0], -1, -1)
            tokens = torch.concatenate((first, tokens), dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions.double()
        return tokens.to(images.dtype)

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images))).double()
        pooled = tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0]
        logits = F.linear(pooled, self.head.weight.double(), self.head.bias.double())
        return logits.to(images.dtype)
