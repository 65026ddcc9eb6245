"""The positions are added even where the model has none."""

import torch

FAILS = ("test_positions_options",)


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).flatten(2).transpose(1, 2)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            first = self.class_token.expand(len(images), -1, -1)
            tokens = torch.cat([first, tokens], dim=1)
        return tokens + self.positions
