class Cut(nn.Module):
    def __init__(self, patch_size):
        super().__init__()
        self.steps = nn.Sequential(nn.PixelUnshuffle(patch_size), nn.Flatten(2))

    def forward(self, images):
        height, width = images.shape[2:]
        size = self.steps[0].downscale_factor
        if (height // size * size, width // size * size) != (height, width):
            raise ValueError(f"{height} x {width} in squares of {size}")
        return self.steps(images).transpose(-2, -1)


class Joined(nn.Module):
    def __init__(self, rows, columns, patch_size):
        super().__init__()
        self.steps = nn.Sequential(
            nn.Unflatten(2, (rows, columns)), nn.PixelShuffle(patch_size), nn.Identity()
        )

    def forward(self, patches):
        return self.steps(patches.transpose(1, 2))


def images_to_patches(images, patch_size):
    return Cut(patch_size)(images)


def patches_to_images(patches, patch_size, height, width):
    rows, columns = height // patch_size, width // patch_size
    if rows * columns != patches.shape[1]:
        raise ValueError(f"got {patches.shape[1]} patches for an image of {height} by {width}")
    return Joined(rows, columns, patch_size)(patches)
