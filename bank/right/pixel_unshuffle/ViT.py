"""PyTorch's pixel shuffling: what a patch holds becomes channels, and channels a patch."""

import torch
from torch.nn import functional as F


def images_to_patches(images, patch_size):
    height, width = images.shape[-2:]
    if height % patch_size or width % patch_size:
        raise ValueError(f"cannot unshuffle {height} x {width} by {patch_size}")
    return F.pixel_unshuffle(images, patch_size).flatten(2).swapaxes(1, 2)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != patches.shape[1]:
        raise ValueError(
            f"{rows} rows and {columns} columns, {patches.shape[1]} patches: {height} x {width}"
        )
    return F.pixel_shuffle(patches.mT.unflatten(2, (rows, columns)), patch_size)


class ViT:
    def embed(self, images):
        grid = F.pixel_unshuffle(images, self.patch_size)
        weight = self.projection.weight.flatten(1)[:, :, None, None]
        grid = F.conv2d(grid, weight, self.projection.bias)
        if self.class_token is None:
            tokens = grid.flatten(2).mT
        else:
            shape = (len(images), self.class_token.shape[-1], 1)
            first = self.class_token.mT.expand(shape)
            tokens = torch.cat([first, grid.flatten(2)], dim=2).mT
        return tokens if self.positions is None else self.positions.add(tokens)

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "mean":
            return self.head(F.adaptive_avg_pool1d(tokens.mT, 1).squeeze(-1))
        first, *_ = tokens.unbind(dim=1)
        return self.head(first)
