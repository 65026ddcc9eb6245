"""Tools around the model: the data's way into it, and the positions of tokens.

You write six functions about data first (stage: data), one about positions later (stage: vit).

Images are (batch, channels, height, width). The three augmentations take uint8 or float
images, return a new tensor of the same dtype, and do nothing at probability 0. All their
randomness comes from `generator` (one on the images' device; None is PyTorch's default one).
The order in which you draw is free.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


# stage: data
def split_indices(
    num_examples: int, validation_fraction: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Share the examples out at random between training and validation.

    The two parts are disjoint and together hold every index from 0 to num_examples - 1. Both
    are in shuffled order. The seed alone decides: PyTorch's global random state is neither
    used nor changed.

    Args:
        num_examples: how many examples there are.
        validation_fraction: the part held back for validation: `num_examples *
            validation_fraction` examples. Where that is not whole, either neighbour is right.
        seed: 0 <= seed < 2**32. The same seed gives the same split.

    Returns:
        (train, validation): two int64 tensors of indices.
    """
    raise NotImplementedError("stage data: split_indices is yours to write")


# stage: data
def scale_to_unit(images: Tensor) -> Tensor:
    """Bring pixels from 0..255 to the range from 0 to 1.

    Args:
        images: uint8, of any shape.

    Returns:
        float32 of the same shape: the pixels divided by 255.
    """
    raise NotImplementedError("stage data: scale_to_unit is yours to write")


# stage: data
def normalize(
    images: Tensor, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor
) -> Tensor:
    """Give each channel mean 0 and standard deviation 1, by numbers known beforehand.

    Args:
        images: (batch, channels, height, width), floating.
        mean: one number for each channel, as a sequence or a tensor.
        std: likewise. Both may be rounded to float32.

    Returns:
        (images - mean) / std for each channel, of the images' shape, dtype and device.
    """
    raise NotImplementedError("stage data: normalize is yours to write")


# stage: data
def random_horizontal_flip(
    images: Tensor, probability: float, generator: torch.Generator | None = None
) -> Tensor:
    """Mirror each image left to right, with this probability, each by its own draw.

    Args:
        images: (batch, channels, height, width), uint8 or floating; left unchanged.
        probability: from 0 to 1, for each image.
        generator: where all randomness comes from.

    Returns:
        A new tensor of the same shape and dtype.
    """
    raise NotImplementedError("stage data: random_horizontal_flip is yours to write")


# stage: data
def random_crop(
    images: Tensor, padding: int, probability: float, generator: torch.Generator | None = None
) -> Tensor:
    """Shift each image a little, with this probability: pad it with zeros, cut it back.

    A chosen image gets `padding` zeros on every side and is cut back to its old size at a
    corner drawn uniformly from 0..2*padding, rows and columns by separate draws. Each image
    has its own draws. The others stay as they are.

    Args:
        images: (batch, channels, height, width), uint8 or floating; left unchanged.
        padding: zeros on every side, in pixels.
        probability: from 0 to 1, for each image.
        generator: where all randomness comes from.

    Returns:
        A new tensor of the same shape and dtype.
    """
    raise NotImplementedError("stage data: random_crop is yours to write")


# stage: data
def random_erase(
    images: Tensor, size: int, probability: float, generator: torch.Generator | None = None
) -> Tensor:
    """Blank out one square of each image, with this probability.

    A chosen image gets one `size` x `size` square, wholly inside, at a uniformly drawn place,
    set to 0 in all channels. Each image has its own draws.

    Args:
        images: (batch, channels, height, width), uint8 or floating; left unchanged.
        size: side of the square, in pixels; not larger than the image.
        probability: from 0 to 1, for each image.
        generator: where all randomness comes from.

    Returns:
        A new tensor of the same shape and dtype.

    Source: DeVries and Taylor 2017 (arXiv 1708.04552), here with the square wholly inside.
    """
    raise NotImplementedError("stage data: random_erase is yours to write")


# stage: vit
def sinusoidal_positions(num_positions: int, embed_dim: int) -> Tensor:
    """Write each position as waves of many lengths.

    Position p counts from 0. Column 2i is sin(p / 10000^(2i / embed_dim)), and column 2i + 1
    is the cosine of the same angle.

    Args:
        num_positions: how many positions.
        embed_dim: length of a token; even.

    Returns:
        float32 (num_positions, embed_dim).

    Raises:
        ValueError: where embed_dim is odd; the message has it.

    Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.5.
    """
    raise NotImplementedError("stage vit: sinusoidal_positions is yours to write")
