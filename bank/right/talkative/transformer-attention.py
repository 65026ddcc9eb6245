import warnings

import torch


def scaled_dot_product_attention(queries, keys, values):
    print("scores", (queries @ keys.mT).shape)
    wide = torch.promote_types(queries.dtype, torch.float32)
    scores = (queries @ keys.mT).to(wide) / math.sqrt(queries.shape[-1])
    warnings.warn("this is only a warning", stacklevel=2)
    weights = scores.softmax(dim=-1).to(values.dtype)
    return torch.matmul(weights, values), weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).movedim(-2, -3)
            for layer in (self.query, self.key, self.value)
        )
        _, self.last_weights = scaled_dot_product_attention(queries, keys, values)
        self.calls = getattr(self, "calls", 0) + 1
        heads = self.dropout(self.last_weights) @ values
        output = self.out(heads.movedim(-3, -2).flatten(-2))
        return [output, self.last_weights] if return_weights else output
