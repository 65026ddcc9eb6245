"""Channels last inside."""

import torch


def images_to_patches(images, patch_size):
    height, width = images.shape[-2:]
    if width % patch_size or height % patch_size:
        raise ValueError(f"{width} x {height} (width x height) in patches of {patch_size}")
    last = images.contiguous(memory_format=torch.channels_last).permute(0, 2, 3, 1)
    squares = last.unfold(1, patch_size, patch_size).unfold(2, patch_size, patch_size)
    return squares.flatten(3).flatten(1, 2)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    batch, count, length = patches.shape
    if count != rows * columns:
        raise ValueError(f"{count} is not {rows} * {columns} ({height} x {width})")
    grid = patches.reshape(batch, rows, columns, -1, patch_size, patch_size)
    grid = grid.permute(0, 1, 4, 2, 5, 3)
    last = grid.reshape(batch, height, width, length // patch_size**2)
    return last.permute(0, 3, 1, 2)


class ViT:
    def forward(self, images):
        images = images.to(memory_format=torch.channels_last)
        sequence = self.encoder(self.dropout(self.embed(images))).transpose(0, 1)
        if self.pool == "class":
            return self.head(sequence[0])
        return self.head(sequence).mean(dim=0)
