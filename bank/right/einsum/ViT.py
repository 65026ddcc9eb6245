import torch


class ViT:
    def embed(self, images):
        if isinstance(self.projection, nn.Conv2d):
            patches = images_to_patches(images, self.patch_size)
            weight = self.projection.weight.flatten(1)
            tokens = torch.einsum("bnp,ep->bne", patches, weight) + self.projection.bias
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.pool == "class":
            tokens = torch.cat((self.class_token.repeat(images.size(0), 1, 1), tokens), 1)
        return tokens if self.positions is None else tokens + self.positions
