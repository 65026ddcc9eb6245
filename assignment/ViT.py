"""The Vision Transformer: an image becomes a sentence of patches, and a transformer reads it.

You write images to patches and back first (stage: patching), the model itself last (stage: vit).
Paper: Dosovitskiy et al. 2021 (arXiv 2010.11929), section 3.1 and figure 1.

Shapes: images are (batch, channels, height, width); patches (batch, patches,
channels * patch_size**2); tokens (batch, tokens, embed_dim); logits (batch, num_classes).
"""

import importlib

import torch
from torch import Tensor, nn

import utils

transformer = importlib.import_module("transformer-student")


# stage: patching
def images_to_patches(images: Tensor, patch_size: int) -> Tensor:
    """Cut images into square patches and lay the pixels of each patch in a row.

    Patches come row by row, from left to right. Inside a patch the channel comes first, then
    the row, then the column, so that a linear layer on patches equals a convolution with
    kernel and stride `patch_size`. Images need not be square.

    Args:
        images: (batch, channels, height, width).
        patch_size: height and width of a patch, in pixels.

    Returns:
        (batch, patches, channels * patch_size**2).

    Raises:
        ValueError: where patch_size does not divide height or width; the message has the sizes.

    Source: Dosovitskiy et al. 2021, section 3.1.
    """
    raise NotImplementedError("stage patching: images_to_patches is yours to write")


# stage: patching
def patches_to_images(patches: Tensor, patch_size: int, height: int, width: int) -> Tensor:
    """Put the patches back together: the inverse of `images_to_patches`.

    The number of channels follows from the shape of the patches.

    Args:
        patches: (batch, patches, channels * patch_size**2).
        patch_size: height and width of a patch, in pixels.
        height: height of the images, in pixels.
        width: width of the images, in pixels.

    Returns:
        (batch, channels, height, width).

    Raises:
        ValueError: where the number of patches does not fit height and width; the message
            has the sizes.
    """
    raise NotImplementedError("stage patching: patches_to_images is yours to write")


# stage: vit
class ViT(nn.Module):
    """An image classifier made of a transformer encoder and very little else.

    Parameters: `projection`: Linear(channels * patch_size**2, embed_dim), or a Conv2d of
    kernel and stride patch_size for `patch_embedding="convolution"`; `class_token`
    (1, 1, embed_dim), None with `pool="mean"`; `positions` (1, tokens, embed_dim): a parameter
    ("learned"), a buffer ("sinusoidal", "sinusoidal-2d"), or None ("none"); `encoder`: Encoder;
    `head`: Linear(embed_dim, num_classes). `dropout` is an nn.Dropout.

    Args:
        image_size: height and width in pixels, or one number for both.
        patch_size: height and width of a patch, in pixels.
        in_channels: channels of the images.
        num_classes: number of classes.
        embed_dim: length of a token.
        hidden_dim: length between the two layers of each MLP.
        num_layers: number of encoder blocks.
        num_heads: number of attention heads in each block.
        dropout: probability used after the embedding and in each block.
        pool: "class" reads the class token, "mean" the mean over all tokens.
        positions: "learned", "sinusoidal", "sinusoidal-2d" or "none".
        patch_embedding: "linear" or "convolution"; the two compute the same.

    Raises:
        ValueError: where an option is unknown or patch_size does not divide image_size.

    Source: Dosovitskiy et al. 2021, section 3.1, equations 1 to 4.
    """

    def __init__(
        self,
        image_size: int | tuple[int, int],
        patch_size: int,
        in_channels: int,
        num_classes: int,
        embed_dim: int,
        hidden_dim: int,
        num_layers: int,
        num_heads: int,
        dropout: float = 0.0,
        pool: str = "class",
        positions: str = "learned",
        patch_embedding: str = "linear",
    ) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        if height % patch_size or width % patch_size:
            raise ValueError(
                f"patch_size {patch_size} does not divide image_size ({height}, {width})"
            )
        if pool not in ("class", "mean"):
            raise ValueError(f'pool is "class" or "mean", not "{pool}"')
        rows, columns = height // patch_size, width // patch_size
        num_tokens = rows * columns + (pool == "class")

        self.patch_size = patch_size
        self.pool = pool
        self.patch_embedding = patch_embedding
        self.projection: nn.Module
        if patch_embedding == "linear":
            self.projection = nn.Linear(in_channels * patch_size**2, embed_dim)
        elif patch_embedding == "convolution":
            self.projection = nn.Conv2d(in_channels, embed_dim, patch_size, stride=patch_size)
        else:
            raise ValueError(
                f'patch_embedding is "linear" or "convolution", not "{patch_embedding}"'
            )

        self.class_token = nn.Parameter(torch.zeros(1, 1, embed_dim)) if pool == "class" else None
        self.positions: Tensor | None
        if positions == "learned":
            self.positions = nn.Parameter(torch.empty(1, num_tokens, embed_dim).normal_(std=0.02))
        elif positions == "sinusoidal":
            self.register_buffer(
                "positions", utils.sinusoidal_positions(num_tokens, embed_dim).unsqueeze(0)
            )
        elif positions == "sinusoidal-2d":
            self.register_buffer(
                "positions", sinusoidal_positions_2d(rows, columns, embed_dim, pool == "class")
            )
        elif positions == "none":
            self.positions = None
        else:
            raise ValueError(
                'positions is "learned", "sinusoidal", "sinusoidal-2d" or "none", '
                f'not "{positions}"'
            )

        self.dropout = nn.Dropout(dropout)
        self.encoder = transformer.Encoder(embed_dim, hidden_dim, num_layers, num_heads, dropout)
        self.head = nn.Linear(embed_dim, num_classes)

    def embed(self, images: Tensor) -> Tensor:
        """Turn images into tokens: what the encoder reads.

        In this order: project the patches, put the class token first (if there is one), add
        the positions to all tokens (if there are any). No dropout here. The images have the
        size the model was built for.

        Args:
            images: (batch, channels, height, width), floating.

        Returns:
            (batch, tokens, embed_dim).

        Source: Dosovitskiy et al. 2021, equation 1.
        """
        raise NotImplementedError("stage vit: ViT.embed is yours to write")

    def forward(self, images: Tensor) -> Tensor:
        """Classify images: embed, dropout, encoder, and the head on one token.

        That token is the class token's output, or, with `pool="mean"`, the mean over all
        the tokens of the encoder's output.

        Args:
            images: (batch, channels, height, width), floating.

        Returns:
            Logits (batch, num_classes): numbers of any size, no softmax.

        Source: Dosovitskiy et al. 2021, equations 1 to 4; mean pooling: appendix D.3.
        """
        raise NotImplementedError("stage vit: ViT.forward is yours to write")


def sinusoidal_positions_2d(rows: int, columns: int, embed_dim: int, class_token: bool) -> Tensor:
    """Positions on a grid (given): half of each vector tells the row, half the column.

    Args:
        rows: rows of patches.
        columns: columns of patches.
        embed_dim: length of a token; a multiple of 4.
        class_token: whether a row of zeros comes first, for the class token.

    Returns:
        float32 (1, tokens, embed_dim).

    Raises:
        ValueError: where embed_dim is not a multiple of 4.

    Source: Dosovitskiy et al. 2021, appendix D.4 (there with learned halves).
    """
    if embed_dim % 4:
        raise ValueError(f"2-D positions need an embed_dim divisible by 4, not {embed_dim}")
    by_row = utils.sinusoidal_positions(rows, embed_dim // 2)
    by_column = utils.sinusoidal_positions(columns, embed_dim // 2)
    grid = torch.cat([by_row.repeat_interleave(columns, dim=0), by_column.repeat(rows, 1)], dim=-1)
    return torch.cat([grid.new_zeros(int(class_token), embed_dim), grid]).unsqueeze(0)
