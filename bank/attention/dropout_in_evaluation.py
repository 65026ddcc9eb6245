"""Dropout acts in evaluation mode, too; it belongs to training only."""

from torch.nn import functional as F

FAILS = ("test_no_dropout_in_evaluation",)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        shape = (batch, count, self.num_heads, embed_dim // self.num_heads)
        queries, keys, values = (
            layer(tokens).view(shape).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        weights = scaled_dot_product_attention(queries, keys, values)[1]
        heads = F.dropout(weights, self.dropout.p) @ values
        output = self.out(heads.transpose(1, 2).flatten(2))
        return (output, weights) if return_weights else output
