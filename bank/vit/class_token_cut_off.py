"""No gradient reaches the class token, so that it is never learned."""

import torch

FAILS = ("test_gradients",)


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).flatten(2).transpose(1, 2)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            first = self.class_token.data.expand(len(images), -1, -1)
            tokens = torch.cat([first, tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens
