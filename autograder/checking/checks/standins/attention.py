"""Stands in for `transformer-attention` in later stages: PyTorch's own attention."""

from torch import cat, nn
from torch.nn import functional as F


class _Projection(nn.Linear):
    def reset_parameters(self):
        # Weights to be loaded; `nn.Linear` would draw some first.
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)


class MultiHeadSelfAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        for name in ("query", "key", "value", "out"):
            setattr(self, name, _Projection(embed_dim, embed_dim))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens, return_weights=False):
        both = self.attend(tokens, self.training)
        if return_weights and self.training:
            # PyTorch returns the weights after dropout, the course those before it.
            both = both[0], self.attend(tokens, False)[1]
        return both if return_weights else both[0]

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
            dropout_p=self.dropout.p,
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
