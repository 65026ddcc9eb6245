"""The convolution's grid is reshaped into tokens without its axes being put in order first."""

import torch

FAILS = ("test_convolution",)


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).reshape(
                len(images),
                -1,
                self.class_token.shape[-1] if self.pool == "class" else self.head.in_features,
            )
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            first = self.class_token.expand(len(images), -1, -1)
            tokens = torch.cat([first, tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens
