"""Stands in for `transformer-attention` in later stages: PyTorch's own attention."""

import torch
from torch import cat, nn
from torch.nn import functional as F


class _Pair(nn.Module):
    """A weight and a bias to be loaded; a layer of PyTorch's would draw some first."""

    def __init__(self, embed_dim):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(embed_dim, embed_dim))
        self.bias = nn.Parameter(torch.zeros(embed_dim))


class MultiHeadSelfAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        for name in ("query", "key", "value", "out"):
            setattr(self, name, _Pair(embed_dim))

    def forward(self, tokens, return_weights=False):
        output, weights = self.attend(tokens, self.training)
        if return_weights and self.training:
            # PyTorch returns the weights after dropout, the course those before it.
            weights = self.attend(tokens, False)[1]
        return (output, weights) if return_weights else output

    def attend(self, tokens, training):
        sequence = tokens.transpose(0, 1)
        query, key, value, out = self.query, self.key, self.value, self.out
        output, weights = F.multi_head_attention_forward(
            sequence,
            sequence,
            sequence,
            embed_dim_to_check=tokens.shape[-1],
            num_heads=self.num_heads,
            in_proj_weight=None,
            in_proj_bias=cat([query.bias, key.bias, value.bias]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=self.dropout,
            out_proj_weight=out.weight,
            out_proj_bias=out.bias,
            training=training,
            # PyTorch has a second way without weights, by an operator that nobody may call here.
            need_weights=True,
            use_separate_proj_weight=True,
            q_proj_weight=query.weight,
            k_proj_weight=key.weight,
            v_proj_weight=value.weight,
            average_attn_weights=False,
        )
        return output.transpose(0, 1), weights
