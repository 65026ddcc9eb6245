"""The class token is a fresh tensor of zeros; it is a parameter that is learned."""

import torch

FAILS = ("test_embed",)


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).flatten(2).transpose(1, 2)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            first = torch.zeros_like(tokens[:, :1])
            tokens = torch.cat([first, tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens
