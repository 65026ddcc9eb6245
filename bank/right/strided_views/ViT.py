"""The same memory, walked through with other strides."""


def strides_of(images, patch_size, height, width):
    batch, channels = images.shape[:2]
    by_image, by_channel, by_row, by_column = images.stride()
    size = (batch, height // patch_size, width // patch_size, channels, patch_size, patch_size)
    stride = (by_image, by_row * patch_size, by_column * patch_size, by_channel, by_row, by_column)
    return size, stride


def images_to_patches(images, patch_size):
    height, width = images.shape[2:]
    if height % patch_size or width % patch_size:
        raise ValueError(" by ".join(map(str, (height, width, patch_size))))
    size, stride = strides_of(images, patch_size, height, width)
    windows = images.as_strided(size, stride, images.storage_offset())
    return windows.flatten(3).flatten(1, 2)


def patches_to_images(patches, patch_size, height, width):
    batch, count, length = patches.shape
    if count * patch_size**2 != height * width or height % patch_size:
        raise ValueError(f"{count} patches for {height} x {width}")
    channels = length // patch_size**2
    images = patches.new_empty(batch, channels, height, width)
    size, stride = strides_of(images, patch_size, height, width)
    images.as_strided(size, stride).copy_(patches.reshape(size))
    return images


class ViT:
    def embed(self, images):
        if self.patch_embedding == "convolution":
            tokens = self.projection(images).flatten(2).permute(0, 2, 1)
        else:
            tokens = self.projection(images_to_patches(images, self.patch_size))
        first = 0 if self.class_token is None else 1
        batch, count, length = tokens.shape
        joined = tokens.new_zeros(batch, first + count, length)
        joined[:, first:] = tokens
        if first:
            joined[:, :1] = self.class_token
        if self.positions is not None:
            joined += self.positions
        return joined
