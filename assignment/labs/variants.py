"""Your homework's ViT, with this lab's parts in the place of its own."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

import small_data
import ViT


class FromPatches(nn.Module):
    """Lets a tokenization of images stand where the ViT has its `projection` of patches.

    Args:
        tokenization: images (batch, channels, height, width) to tokens.
        patch_size: of the patches that come in, in pixels.
        height: of the images, in pixels.
        width: of the images, in pixels.
    """

    def __init__(self, tokenization: nn.Module, patch_size: int, height: int, width: int) -> None:
        super().__init__()
        self.tokenization = tokenization
        self.sizes = patch_size, height, width

    def forward(self, patches: Tensor) -> Tensor:
        """Patches (batch, patches, channels * patch_size**2) to tokens."""
        return self.tokenization(ViT.patches_to_images(patches, *self.sizes))


def build(config: Mapping[str, Any], shifted: bool = False, local: bool = False) -> nn.Module:
    """Your ViT; with shifted patch tokenization, with locality self-attention, or with both.

    Args:
        config: the arguments of `ViT.ViT`; its `patch_embedding` is "linear".
        shifted: whether `small_data.ShiftedPatchTokenization` makes the tokens.
        local: whether `small_data.LocalitySelfAttention` stands in every block.
    """
    model = ViT.ViT(**config)
    embed_dim, patch_size = config["embed_dim"], config["patch_size"]
    if shifted:
        side = config["image_size"]
        height, width = (side, side) if isinstance(side, int) else side
        tokenization = small_data.ShiftedPatchTokenization(
            config["in_channels"], patch_size, embed_dim
        )
        model.projection = FromPatches(tokenization, patch_size, height, width)
    if local:
        for block in model.encoder.blocks:
            block.attention = small_data.LocalitySelfAttention(
                embed_dim, config["num_heads"], config.get("dropout", 0.0)
            )
    return model
