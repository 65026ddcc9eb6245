"""Small modules that hold no parameters and are put in a row."""

import torch


class Weights(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.softmax = nn.Softmax(dim=-1)
        self.scale = length**-0.5

    def forward(self, queries, keys):
        return self.softmax(torch.mul(queries @ keys.transpose(-1, -2), self.scale))


class Heads(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.split = nn.Unflatten(-1, (num_heads, -1))
        self.join = nn.Flatten(start_dim=2)

    def forward(self, projected):
        return self.split(projected).transpose(1, 2)

    def back(self, heads):
        return self.join(heads.transpose(1, 2))


def scaled_dot_product_attention(queries, keys, values):
    weights = Weights(queries.shape[-1])(queries, keys)
    return weights @ values, weights


class SelfAttention:
    def forward(self, tokens):
        weights = Weights(self.key.out_features)(self.query(tokens), self.key(tokens))
        return self.out(weights @ self.value(tokens))


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        heads = Heads(self.num_heads)
        queries, keys = heads(self.query(tokens)), heads(self.key(tokens))
        weights = Weights(queries.size(-1))(queries, keys)
        output = self.out(heads.back(self.dropout(weights) @ heads(self.value(tokens))))
        return (output, weights) if return_weights else output
