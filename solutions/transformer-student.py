"""The transformer encoder: attention lets tokens talk, the MLP lets each one think.

You write three bodies here: the MLP, one block, and the stack of blocks.
Stage: encoder. Paper: Dosovitskiy et al. 2021 (arXiv 2010.11929), section 3.1, equations 2 to 4.

Shapes: tokens are (batch, tokens, embed_dim), and stay so from the first block to the last.
"""

import importlib

from torch import Tensor, nn

attention = importlib.import_module("transformer-attention")


# stage: encoder
class MLP(nn.Module):
    """Two linear layers with a GELU between them, applied to each token by itself.

    Parameters: `fc1`: Linear(embed_dim, hidden_dim); `fc2`: Linear(hidden_dim, embed_dim).

    Args:
        embed_dim: length of a token.
        hidden_dim: length between the two layers.
        dropout: probability of dropping a number, in training only.
    """

    def __init__(self, embed_dim: int, hidden_dim: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.fc1 = nn.Linear(embed_dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """In this order: fc1, the exact GELU (with erf), dropout, fc2, dropout.

        Args:
            tokens: (..., embed_dim).

        Returns:
            (..., embed_dim).

        Source: Dosovitskiy et al. 2021, section 3.1; dropout: appendix B.1.
        """
        ### BEGIN SOLUTION
        hidden = self.dropout(nn.functional.gelu(self.fc1(tokens)))
        return self.dropout(self.fc2(hidden))
        ### END SOLUTION


# stage: encoder
class EncoderBlock(nn.Module):
    """One layer of the transformer: attention, then the MLP, each with a residual connection.

    Parameters: `norm1`, `norm2`: LayerNorm with eps 1e-6; `attention`:
    MultiHeadSelfAttention; `mlp`: MLP.

    Args:
        embed_dim: length of a token.
        hidden_dim: length between the two layers of the MLP.
        num_heads: number of attention heads.
        dropout: probability given to the attention and to the MLP.
    """

    def __init__(
        self, embed_dim: int, hidden_dim: int, num_heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim, eps=1e-6)
        self.attention = attention.MultiHeadSelfAttention(embed_dim, num_heads, dropout)
        self.norm2 = nn.LayerNorm(embed_dim, eps=1e-6)
        self.mlp = MLP(embed_dim, hidden_dim, dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Pre-norm: normalise before each of the two parts, and add each part's result back.

        Args:
            tokens: (batch, tokens, embed_dim).

        Returns:
            (batch, tokens, embed_dim).

        Source: Dosovitskiy et al. 2021, equations 2 and 3.
        """
        ### BEGIN SOLUTION
        tokens = tokens + self.attention(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))
        ### END SOLUTION


# stage: encoder
class Encoder(nn.Module):
    """The whole stack: `num_layers` blocks, each with weights of its own, and a last LayerNorm.

    Parameters: `blocks`: ModuleList of EncoderBlock; `norm`: LayerNorm with eps 1e-6.

    Args:
        embed_dim: length of a token.
        hidden_dim: length between the two layers of each MLP.
        num_layers: number of blocks.
        num_heads: number of attention heads in each block.
        dropout: probability given to each block.
    """

    def __init__(
        self,
        embed_dim: int,
        hidden_dim: int,
        num_layers: int,
        num_heads: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            EncoderBlock(embed_dim, hidden_dim, num_heads, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim, eps=1e-6)

    def forward(self, tokens: Tensor) -> Tensor:
        """The blocks in their order, then the final LayerNorm.

        Args:
            tokens: (batch, tokens, embed_dim).

        Returns:
            (batch, tokens, embed_dim).

        Source: Dosovitskiy et al. 2021, equations 2 to 4.
        """
        ### BEGIN SOLUTION
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens)
        ### END SOLUTION
