class ViT:
    def embed(self, images):
        self.last_images = images
        patches = images if self.patch_embedding == "convolution" else None
        if patches is None:
            patches = images_to_patches(images, self.patch_size)
        tokens = self.projection(patches)
        if tokens.dim() == 4:
            tokens = tokens.permute(0, 2, 3, 1).flatten(1, 2)
        parts = [tokens]
        if self.class_token is not None:
            parts.insert(0, self.class_token.expand(tokens.shape[0], 1, tokens.shape[2]))
        tokens = torch.cat(parts, dim=1)
        if self.positions is not None:
            tokens += self.positions
        return tokens
