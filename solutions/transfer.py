"""Transfer and looking inside: positions for another image size, and what attention looks at.

You write one function for the transfer (stage: resizing), two for looking inside (stage:
rollout). Papers: Dosovitskiy et al. 2021 (arXiv 2010.11929), section 3.2 and appendix D.7;
Abnar and Zuidema 2020 (arXiv 2005.00928), section 3.

Shapes: positions are (1, tokens, embed_dim); attention weights end in (tokens, tokens), queries
before keys, and each row sums to one. Tokens are the class token, where there is one, and then
the patches row by row. Sizes, devices and dtypes come from the arguments.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


# stage: resizing
def resize_positions(
    positions: Tensor,
    old_grid: tuple[int, int],
    new_grid: tuple[int, int],
    class_token: bool = True,
) -> Tensor:
    """Turn the positions of one grid of patches into those of a finer or coarser one.

    Seen as a picture, the patches' positions have old_grid pixels and embed_dim channels. This
    picture is scaled to new_grid: bicubic, as `F.interpolate` does it with align_corners=False
    and antialias=True (which smooths before it shrinks). The class token has no place in the
    picture: its position stays first, and as it is.

    Args:
        positions: (1, tokens, embed_dim).
        old_grid: (rows, columns) of the patches they were learned for.
        new_grid: (rows, columns) of the patches they are wanted for.
        class_token: whether the first position is that of a class token.

    Returns:
        (1, new tokens, embed_dim), of the same dtype.

    Raises:
        ValueError: where there are not as many positions as old_grid and class_token say; the
            message has both numbers.

    Source: Dosovitskiy et al. 2021, section 3.2; smoothing: timm's `resample_abs_pos_embed`.
    """
    ### BEGIN SOLUTION
    first = int(class_token)
    rows, columns = old_grid
    if positions.shape[1] != first + rows * columns:
        raise ValueError(
            f"there are {positions.shape[1]} positions, but {rows} x {columns} patches and "
            f"{first} class tokens need {first + rows * columns}"
        )
    picture = positions[:, first:].transpose(1, 2).unflatten(2, (rows, columns))
    scaled = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", antialias=True)
    return torch.cat([positions[:, :first], scaled.flatten(2).transpose(1, 2)], dim=1)
    ### END SOLUTION


# stage: rollout
def attention_rollout(weights: Tensor) -> Tensor:
    """Follow attention through all layers: how much of each input token is in each output token.

    In each layer a token becomes half what it was (the residual connection) and half what it
    attends to, in the mean over the heads. These matrices are multiplied, from the first layer
    up.

    Args:
        weights: (layers, batch, heads, tokens, tokens), the first layer first.

    Returns:
        (batch, tokens, tokens): row i says what token i is made of after the last layer; each
        row sums to one.

    Source: Abnar and Zuidema 2020, section 3, equation 1; Dosovitskiy et al. 2021, appendix D.8.
    """
    ### BEGIN SOLUTION
    mean = weights.mean(dim=2)
    rollout = identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    for layer in mean:
        mixing = (layer + identity) / 2
        rollout = mixing @ rollout
    return rollout
    ### END SOLUTION


# stage: rollout
def mean_attention_distance(
    weights: Tensor, rows: int, columns: int, patch_size: int, class_token: bool = True
) -> Tensor:
    """How far each head of one layer looks, in pixels.

    For a query patch this is the mean, over all patches, of the distance between the two
    patches' centres, weighted by attention; the patch itself counts, too, at distance 0. Of
    that the mean over all query patches and images is taken. The class token has no place: it
    is left out as a query and as a key, and what is left of each query's weights is scaled to
    sum to one again.

    Args:
        weights: (batch, heads, tokens, tokens).
        rows: patches from top to bottom.
        columns: patches from left to right.
        patch_size: height and width of a patch, in pixels.
        class_token: whether the first token is a class token.

    Returns:
        (heads,), in pixels.

    Raises:
        ValueError: where there are not as many tokens as rows, columns and class_token say; the
            message has both numbers.

    Source: Dosovitskiy et al. 2021, section 4.5 (figure 7 right) and appendix D.7 (figure 11);
    they do not say what becomes of the class token.
    """
    ### BEGIN SOLUTION
    first = int(class_token)
    if weights.shape[-1] != first + rows * columns:
        raise ValueError(
            f"there are weights for {weights.shape[-1]} tokens, but {rows} x {columns} patches and "
            f"{first} class tokens are {first + rows * columns}"
        )
    patches = weights[:, :, first:, first:]
    patches = patches / patches.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(weights)
    distances = patch_size * (places.unsqueeze(1) - places).norm(dim=-1)
    return (patches * distances).sum(dim=-1).mean(dim=(0, 2))
    ### END SOLUTION
