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
        output, _ = self.attend(tokens, self.training, need_weights=False)
        if return_weights:
            # PyTorch returns the weights after dropout, the course those before it.
            return output, self.attend(tokens, False, need_weights=True)[1]
        return output

    def attend(self, tokens, training, need_weights):
        sequence = tokens.transpose(0, 1)
        output, weights = F.multi_head_attention_forward(
            sequence,
            sequence,
            sequence,
            embed_dim_to_check=tokens.shape[-1],
            num_heads=self.num_heads,
            in_proj_weight=None,
            in_proj_bias=cat([self.query.bias, self.key.bias, self.value.bias]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=self.dropout.p,
            out_proj_weight=self.out.weight,
            out_proj_bias=self.out.bias,
            training=training,
            need_weights=need_weights,
            use_separate_proj_weight=True,
            q_proj_weight=self.query.weight,
            k_proj_weight=self.key.weight,
            v_proj_weight=self.value.weight,
            average_attn_weights=False,
        )
        return output.transpose(0, 1), weights
