"""What the paper found, on a budget: what a ViT costs, counted by hand, and what a run shows.

You count parameters, FLOPs and activations first (stage: computation), and write three instruments
for a training run that does not learn later (stage: instruments). Nothing here builds a model: the
first stage needs integers only, the second one tensors that somebody hands you.

The sizes are those of the homework's ViT, with learned positions and a linear patch projection:

- image_size: height and width in pixels, or one number for both.
- patch_size: height and width of a patch, in pixels.
- in_channels, num_classes: channels of the images, number of classes.
- embed_dim: length of a token; hidden_dim: length between the two layers of each MLP.
- num_layers, num_heads: encoder blocks, attention heads in each of them.
- pool: "class", the class token is one token more than there are patches; "mean", there is none.

Every Linear has a bias, every LayerNorm a gain and a bias; remember the norm after the last block.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

Size = int | tuple[int, int]


# stage: computation
def count_tokens(image_size: Size, patch_size: int, pool: str = "class") -> int:
    """How many tokens the encoder reads: one for each patch, and the class token if there is one.

    Raises:
        ValueError: where patch_size does not divide height or width; the message has the sizes.

    Source: Dosovitskiy et al. 2021, section 3.1.
    """
    ### BEGIN SOLUTION
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    if height % patch_size or width % patch_size:
        raise ValueError(f"patch_size {patch_size} does not divide {height} x {width} pixels")
    return (height // patch_size) * (width // patch_size) + (pool == "class")
    ### END SOLUTION


# stage: computation
def count_parameters(
    image_size: Size,
    patch_size: int,
    in_channels: int,
    num_classes: int,
    embed_dim: int,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    pool: str = "class",
) -> int:
    """How many numbers are learned: weights, biases, gains, positions, the class token.

    Source: Dosovitskiy et al. 2021, equations 1 to 8; table 1 has what it comes to.
    """
    ### BEGIN SOLUTION
    tokens = count_tokens(image_size, patch_size, pool)

    def linear(inputs: int, outputs: int) -> int:
        return inputs * outputs + outputs

    norm = 2 * embed_dim
    attention = 4 * linear(embed_dim, embed_dim)
    mlp = linear(embed_dim, hidden_dim) + linear(hidden_dim, embed_dim)
    projection = linear(in_channels * patch_size**2, embed_dim)
    class_token = embed_dim if pool == "class" else 0
    embedding = projection + class_token + tokens * embed_dim
    encoder = num_layers * (norm + attention + norm + mlp) + norm
    return embedding + encoder + linear(embed_dim, num_classes)
    ### END SOLUTION


# stage: computation
def count_flops(
    image_size: Size,
    patch_size: int,
    in_channels: int,
    num_classes: int,
    embed_dim: int,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    pool: str = "class",
) -> int:
    """How many floating-point operations the forward pass of one image takes.

    The convention, which PyTorch's `torch.utils.flop_counter` shares: every product of matrices,
    (n, k) times (k, m), takes 2 n k m operations, a multiplication and an addition each, and
    nothing else is counted: no bias, no softmax, no norm, no GELU, no residual connection, no
    scaling, no positions. The products are those of the patch projection, of the queries, keys,
    values and outputs, of the scores, of the weights with the values, of the two layers of the
    MLP, and of the head. (Where you read of "FLOPs", ask: many count a multiplication with its
    addition as one.)
    """
    ### BEGIN SOLUTION
    tokens = count_tokens(image_size, patch_size, pool)
    patches = count_tokens(image_size, patch_size, "mean")
    projection = patches * in_channels * patch_size**2 * embed_dim
    four_projections = 4 * tokens * embed_dim**2
    scores_and_mixing = 2 * tokens**2 * embed_dim
    mlp = 2 * tokens * embed_dim * hidden_dim
    blocks = num_layers * (four_projections + scores_and_mixing + mlp)
    return 2 * (projection + blocks + embed_dim * num_classes)
    ### END SOLUTION


# stage: computation
def count_activations(
    image_size: Size,
    patch_size: int,
    in_channels: int,
    num_classes: int,
    embed_dim: int,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    pool: str = "class",
) -> int:
    """How many numbers the forward pass of one image keeps for the backward pass.

    Kept are, each once:

    - before the encoder: the patches, which the projection reads;
    - in each block: what the first norm reads and what it gives, the queries, keys and values,
      the attention weights of every head, the heads' joined outputs, what the second norm reads
      and what it gives, and what the GELU reads and what it gives;
    - after the blocks: what the last norm reads, and the one vector that the head reads.

    There is no dropout, and the norms' means and deviations (two numbers a token) are not
    counted. A batch keeps this many numbers for each of its images.
    """
    ### BEGIN SOLUTION
    tokens = count_tokens(image_size, patch_size, pool)
    patches = count_tokens(image_size, patch_size, "mean")
    pixels = patches * in_channels * patch_size**2
    block = 8 * tokens * embed_dim + num_heads * tokens**2 + 2 * tokens * hidden_dim
    return pixels + num_layers * block + tokens * embed_dim + embed_dim
    ### END SOLUTION


# stage: instruments
def gradient_norm(gradients: Sequence[Tensor | None]) -> Tensor:
    """The length of the whole gradient, as if all its tensors were one long vector.

    Read it over the steps: near 0, nothing is being learned, whatever the loss says; growing, or
    leaping from step to step, the learning rate is more than the model bears there.

    Args:
        gradients: of any shapes; None where no gradient reached a parameter, which counts as 0.

    Returns:
        A number, as a tensor without axes: the square root of the sum of all squares; 0 where
        there is no gradient at all.
    """
    ### BEGIN SOLUTION
    squares = [gradient.square().sum() for gradient in gradients if gradient is not None]
    return torch.stack(squares).sum().sqrt() if squares else torch.tensor(0.0)
    ### END SOLUTION


# stage: instruments
def attention_entropy(weights: Tensor) -> Tensor:
    """How widely each head spreads its attention: the entropy of its weights, in nats.

    A query that looks at one key only has entropy 0; one that looks at all of m keys alike has
    the largest, ln m. A head that stays at ln m does not choose: it gives every token the same
    mean of the values. Heads that all fall to 0 within a few steps are saturated: hardly a
    gradient passes their softmax.

    Args:
        weights: (batch, heads, queries, keys); the weights of each query sum to 1, and some may
            be 0, which add nothing.

    Returns:
        (heads,): -Σ w ln w over the keys, then the mean over batch and queries.

    Source: Shannon 1948; of attention, Zhai et al. 2023 (arXiv 2303.06296), section 3.
    """
    ### BEGIN SOLUTION
    entropy = -torch.special.xlogy(weights, weights).sum(dim=-1)
    return entropy.mean(dim=(0, 2))
    ### END SOLUTION


# stage: instruments
def logit_spread(logits: Tensor) -> Tensor:
    """How far a model's answers to the images of one batch differ from each other.

    At 0 every image gets the same answer, so the answer cannot come from the image; its loss is
    then at best that of guessing by how common each class is, ln 10 for ten that are equally so.

    Args:
        logits: (batch, classes).

    Returns:
        A number, as a tensor without axes: the standard deviation of each class's logit over the
        images (its variance is the mean squared distance from the mean), then the mean over the
        classes. A single image gives 0.
    """
    ### BEGIN SOLUTION
    return logits.std(dim=0, correction=0).mean()
    ### END SOLUTION
