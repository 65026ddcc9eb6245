"""Two parts that give a ViT on little data what it lacks: a sense of what lies near.

You write three bodies here: an image and its shifts, tokens made of both (stage:
tokenization), and attention that looks away from itself (stage: locality).
Paper: Lee et al. 2021 (arXiv 2112.13492), section 3.

Shapes: images are (batch, channels, height, width); tokens (batch, tokens, embed_dim). Sizes,
devices and dtypes come from the arguments, never from constants in the code.
"""

import importlib
import math

import torch
from torch import Tensor, nn

import ViT

attention = importlib.import_module("transformer-attention")


# stage: tokenization
def shift_images(images: Tensor, shift: int) -> Tensor:
    """Stack each image with four copies of itself, each moved along a diagonal.

    In this order: the image as it is, then what it shows moved left and up, right and up, left
    and down, right and down, each by `shift` pixels in both directions. What leaves the frame
    is lost; where nothing comes in, there are zeros.

    Args:
        images: (batch, channels, height, width), of any dtype; left unchanged.
        shift: pixels, from 0 up to (not including) height and width.

    Returns:
        (batch, 5 * channels, height, width): all channels of the first, then all of the next.

    Source: Lee et al. 2021, section 3, "Shifted Patch Tokenization".
    """
    ### BEGIN SOLUTION
    *_, height, width = images.shape
    padded = nn.functional.pad(images, [shift] * 4)
    low, middle, high = 0, shift, 2 * shift
    corners = [(middle, middle), (high, high), (high, low), (low, high), (low, low)]
    return torch.cat(
        [padded[..., top : top + height, left : left + width] for top, left in corners], dim=1
    )
    ### END SOLUTION


# stage: tokenization
class ShiftedPatchTokenization(nn.Module):
    """Tokens that know a little of their neighbours: patches of the image and of its shifts.

    Parameters: `norm`: LayerNorm over the 5 * in_channels * patch_size**2 numbers of a patch,
    with eps 1e-6; `projection`: Linear from these to embed_dim.

    Args:
        in_channels: channels of the images.
        patch_size: height and width of a patch, in pixels.
        embed_dim: length of a token.
    """

    def __init__(self, in_channels: int, patch_size: int, embed_dim: int) -> None:
        super().__init__()
        self.patch_size = patch_size
        length = 5 * in_channels * patch_size**2
        self.norm = nn.LayerNorm(length, eps=1e-6)
        self.projection = nn.Linear(length, embed_dim)

    def forward(self, images: Tensor) -> Tensor:
        """Shift by half a patch, cut into patches, normalise each patch, project it.

        Half of an odd patch size is rounded down. The patches are those of your
        `ViT.images_to_patches`.

        Args:
            images: (batch, channels, height, width), floating.

        Returns:
            (batch, patches, embed_dim).

        Raises:
            ValueError: where patch_size does not divide height or width.

        Source: Lee et al. 2021, section 3, "Shifted Patch Tokenization".
        """
        ### BEGIN SOLUTION
        shifted = shift_images(images, self.patch_size // 2)
        patches = ViT.images_to_patches(shifted, self.patch_size)
        return self.projection(self.norm(patches))
        ### END SOLUTION


# stage: locality
class LocalitySelfAttention(attention.MultiHeadSelfAttention):
    """Your many heads, made sharper: no token looks at itself, and the temperature is learned.

    Parameters: `query`, `key`, `value`, `out` as in the class it comes from, with the same
    meaning of heads, and `temperature` (1,): one for all heads, sqrt(head_dim) at the start.
    `num_heads` and `dropout` are there, too. Count on these only: what else you have in
    `transformer-attention.py` is not handed in with this file.

    Args:
        embed_dim: length of a token.
        num_heads: number of heads; divides embed_dim.
        dropout: probability with which, in training, a weight is dropped before it meets
            the values.

    Raises:
        ValueError: where num_heads does not divide embed_dim.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0) -> None:
        super().__init__(embed_dim, num_heads, dropout)
        self.temperature = nn.Parameter(torch.full((1,), math.sqrt(embed_dim / num_heads)))

    def forward(
        self, tokens: Tensor, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Mix the tokens, each looking at all the others.

        The weights are the softmax of Q K^T / temperature over all tokens but the one that asks:
        its weight for itself is exactly zero, the others sum to one. The temperature stands in
        the place of sqrt(head_dim). Large scores must not overflow. The rest is as in the class
        it comes from: in training, `self.dropout` acts on the weights
        before they meet the values, and the weights returned are those before dropout.

        Args:
            tokens: (batch, tokens, embed_dim); at least two tokens.
            return_weights: whether the attention weights are wanted, too.

        Returns:
            The output (batch, tokens, embed_dim); or, with return_weights, the output and
            the weights (batch, heads, tokens, tokens).

        Raises:
            ValueError: for a single token, which has nothing to look at; the message says so.

        Source: Lee et al. 2021, section 3, "Locality Self-Attention Mechanism".
        """
        ### BEGIN SOLUTION
        count = tokens.shape[1]
        if count == 1:
            raise ValueError("a single token (1 token) has no other one to attend to")
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = queries @ keys.transpose(-2, -1) / self.temperature
        itself = torch.eye(count, dtype=torch.bool, device=tokens.device)
        weights = scores.masked_fill(itself, -math.inf).softmax(dim=-1)
        output = self.out((self.dropout(weights) @ values).transpose(1, 2).flatten(start_dim=2))
        return (output, weights) if return_weights else output
        ### END SOLUTION
