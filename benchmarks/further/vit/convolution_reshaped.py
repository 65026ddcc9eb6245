"""For patch_embedding="convolution", the projection's output (batch, embed_dim, rows, columns) is reshaped straight to (batch, patches, embed_dim) without moving the embedding axis last, so each token mixes features of several patches."""


class ViT(nn.Module):
    def embed(self, images):
        if self.patch_embedding == "convolution":
            maps = self.projection(images)
            tokens = maps.reshape(maps.shape[0], -1, maps.shape[1])
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            tokens = torch.cat([self.class_token.expand(len(images), -1, -1), tokens], dim=1)
        if self.positions is not None:
            tokens = tokens + self.positions
        return tokens
