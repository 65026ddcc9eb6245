"""All patches of an image are normalised together instead of each by itself."""

import torch

FAILS = ("test_shifted_tokens",)


class ShiftedPatchTokenization:
    def forward(self, images):
        patches = ViT.images_to_patches(shift_images(images, self.patch_size // 2), self.patch_size)
        whole = torch.nn.functional.layer_norm(patches, patches.shape[1:], eps=1e-6)
        return self.projection(whole * self.norm.weight + self.norm.bias)
