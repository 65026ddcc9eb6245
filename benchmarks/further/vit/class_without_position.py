"""The class token does not get its position (positions[:, 0] is never used); the patches get theirs."""

import torch


class ViT(nn.Module):
    def embed(self, images):
        if self.patch_embedding == "convolution":
            x = self.projection(images).flatten(2).transpose(1, 2)
        else:
            x = self.projection(images_to_patches(images, self.patch_size))
        if self.positions is not None:
            start = self.positions.shape[1] - x.shape[1]
            x = x + self.positions[:, start:]
        if self.class_token is not None:
            x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1)
        return x
