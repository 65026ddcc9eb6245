import torch


def patches_to_images(patches, patch_size, height, width):
    count, length = patches.shape[1:]
    columns = width // patch_size
    if count != height // patch_size * columns:
        raise ValueError(f"{count} patches cannot make {height} x {width} pixels")
    images = torch.zeros(
        patches.shape[0],
        length // (patch_size * patch_size),
        height,
        width,
        dtype=patches.dtype,
        device=patches.device,
    )
    for number in range(count):
        top, left = (patch_size * place for place in divmod(number, columns))
        square = patches[:, number].reshape(len(images), -1, patch_size, patch_size)
        images[:, :, top : top + patch_size, left : left + patch_size] += square
    return images


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).permute(0, 2, 3, 1).flatten(1, 2)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        if self.class_token is not None:
            tokens = torch.cat([self.class_token.tile(len(images), 1, 1), tokens], dim=1)
        else:
            tokens = tokens.clone()
        if self.positions is not None:
            tokens += self.positions
        return tokens

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "class":
            return self.head(tokens[:, 0])
        return self.head(tokens.cumsum(dim=1)[:, -1].div(tokens.shape[1]))
