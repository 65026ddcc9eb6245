"""The patches are cut for the convolution, too, which reads whole images."""

import torch

FAILS = ("test_convolution",)


class ViT:
    def embed(self, images):
        tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            first = self.class_token.expand(len(images), -1, -1)
            tokens = torch.cat([first, tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens
