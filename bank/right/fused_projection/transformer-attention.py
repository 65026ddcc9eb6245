import torch
from torch.nn import functional as F


class SelfAttention:
    def forward(self, tokens):
        layers = (self.query, self.key, self.value)
        weight = torch.cat([layer.weight for layer in layers])
        bias = torch.cat([layer.bias for layer in layers])
        queries, keys, values = F.linear(tokens, weight, bias).chunk(3, dim=-1)
        output, _ = scaled_dot_product_attention(queries, keys, values)
        return self.out(output)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        layers = (self.query, self.key, self.value)
        weight = torch.cat([layer.weight for layer in layers])
        bias = torch.cat([layer.bias for layer in layers])
        joined = F.linear(tokens, weight, bias)
        joined = joined.view(batch, count, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        queries, keys, values = joined.unbind(0)
        queries = queries * queries.shape[-1] ** -0.5
        weights = F.softmax(queries @ keys.mT, dim=-1)
        dropped = F.dropout(weights, self.dropout.p, training=self.training)
        output = self.out((dropped @ values).transpose(1, 2).reshape(batch, count, embed_dim))
        if return_weights:
            return (output, weights)
        return output
