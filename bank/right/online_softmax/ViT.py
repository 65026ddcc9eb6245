"""Channel by channel, and a running mean."""

import torch
from torch.nn import functional as F


def images_to_patches(images, patch_size):
    height, width = images.shape[-2:]
    if height % patch_size or width % patch_size:
        raise ValueError(f"{patch_size}, but the image is {height} x {width}")
    by_channel = []
    for channel in images.unbind(dim=1):
        squares = channel.unflatten(2, (-1, patch_size)).unflatten(1, (-1, patch_size))
        by_channel.append(squares.transpose(2, 3).flatten(3).flatten(1, 2))
    return torch.cat(by_channel, dim=-1)


class ViT:
    def embed(self, images):
        size = self.patch_size
        weight = self.projection.weight.reshape(-1, images.shape[1], size**2)
        tokens = self.projection.bias
        for channel in range(images.shape[1]):
            patches = images_to_patches(images[:, channel : channel + 1], size)
            tokens = tokens + F.linear(patches, weight[:, channel])
        if self.pool == "class":
            tokens = torch.cat([self.class_token.expand_as(tokens[:, :1]), tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        pooled = tokens[:, 0]
        if self.pool == "mean":
            for count in range(1, tokens.shape[1]):
                pooled = pooled + (tokens[:, count] - pooled) / (count + 1)
        return self.head(pooled)
