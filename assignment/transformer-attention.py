"""Attention: every token looks at every other one and takes what it finds useful.

You write three bodies here, from the inside out: the formula itself, one head, many heads.
Stage: attention. Paper: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2;
Dosovitskiy et al. 2021 (arXiv 2010.11929), appendix A.

Shapes: tokens are (batch, tokens, embed_dim). Sizes, devices and dtypes come from the
arguments, never from constants in the code. The result has the input's device and dtype.
"""

import math

from torch import Tensor, nn


# stage: attention
def scaled_dot_product_attention(
    queries: Tensor, keys: Tensor, values: Tensor
) -> tuple[Tensor, Tensor]:
    """Let every query collect a weighted mean of the values.

    The weights are the softmax, over the keys, of Q K^T / sqrt(d), where d is the length
    of one query. Large scores must not overflow.

    Args:
        queries: (..., n, d).
        keys: (..., m, d), with the same leading dimensions as the queries.
        values: (..., m, e), likewise.

    Returns:
        The output (..., n, e) and the weights (..., n, m); each row of weights sums to one.

    Source: Vaswani et al. 2017, equation 1; Dosovitskiy et al. 2021, equations 6 and 7.
    """
    raise NotImplementedError("stage attention: scaled_dot_product_attention is yours to write")


# stage: attention
class SelfAttention(nn.Module):
    """Self-attention with one head: the tokens ask, answer and are collected.

    Parameters: `query`, `key`, `value`: Linear(embed_dim, head_dim); `out`: Linear(head_dim,
    embed_dim).

    Args:
        embed_dim: length of a token.
        head_dim: length of a query, a key and a value.
    """

    def __init__(self, embed_dim: int, head_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(embed_dim, head_dim)
        self.key = nn.Linear(embed_dim, head_dim)
        self.value = nn.Linear(embed_dim, head_dim)
        self.out = nn.Linear(head_dim, embed_dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """Mix the tokens.

        Args:
            tokens: (batch, tokens, embed_dim).

        Returns:
            (batch, tokens, embed_dim).

        Source: Dosovitskiy et al. 2021, equations 5 to 7; with the projection of equation 8.
        """
        raise NotImplementedError("stage attention: SelfAttention.forward is yours to write")


# stage: attention
class MultiHeadSelfAttention(nn.Module):
    """Self-attention with several heads, each looking for something else.

    Parameters: `query`, `key`, `value`, `out`: Linear(embed_dim, embed_dim). With
    head_dim = embed_dim / num_heads, head h owns the columns h * head_dim up to
    (h + 1) * head_dim - 1 of the three projections; the heads' outputs are joined in that
    order before `out`.

    Args:
        embed_dim: length of a token.
        num_heads: number of heads; divides embed_dim.
        dropout: probability with which, in training, a weight is dropped before it meets
            the values.

    Raises:
        ValueError: where num_heads does not divide embed_dim.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError(f"embed_dim {embed_dim} is not divisible by num_heads {num_heads}")
        self.num_heads = num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, tokens: Tensor, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Mix the tokens, each head in its own way.

        In training, `self.dropout` acts on the weights before they meet the values. The
        weights returned are those before dropout.

        Args:
            tokens: (batch, tokens, embed_dim).
            return_weights: whether the attention weights are wanted, too.

        Returns:
            The output (batch, tokens, embed_dim); or, with return_weights, the output and
            the weights (batch, heads, tokens, tokens).

        Source: Dosovitskiy et al. 2021, equation 8; Vaswani et al. 2017, section 3.2.2.
        """
        raise NotImplementedError(
            "stage attention: MultiHeadSelfAttention.forward is yours to write"
        )
