"""With a class token, only the patches get their positions (positions[:, 1:]); the class token is put in front afterwards, so the first position is never added to it."""


class ViT(nn.Module):
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).flatten(2).transpose(1, 2)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.positions is not None:
            first = 0 if self.class_token is None else 1
            tokens = tokens + self.positions[:, first:]
        if self.class_token is not None:
            tokens = torch.cat([self.class_token.expand(len(images), -1, -1), tokens], dim=1)
        return tokens
