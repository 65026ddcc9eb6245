"""The image is shifted by a whole patch instead of half a one."""

FAILS = ("test_shifted_tokens",)


class ShiftedPatchTokenization:
    def forward(self, images):
        shifted = shift_images(images, self.patch_size)
        patches = ViT.images_to_patches(shifted, self.patch_size)
        return self.projection(self.norm(patches))
