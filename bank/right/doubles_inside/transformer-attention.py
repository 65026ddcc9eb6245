"""Everything in double precision, and back at the very end."""

from torch.nn import functional as F


def scaled_dot_product_attention(queries, keys, values):
    scores = queries.double() @ keys.double().mT / math.sqrt(queries.shape[-1])
    weights = scores.softmax(dim=-1)
    return (weights @ values.double()).to(values.dtype), weights.to(queries.dtype)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        def project(layer, what):
            return F.linear(what, layer.weight.double(), layer.bias.double())

        wide = tokens.double()
        queries, keys, values = (
            project(layer, wide).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        _, weights = scaled_dot_product_attention(queries, keys, values)
        heads = self.dropout(weights) @ values
        output = project(self.out, heads.transpose(1, 2).flatten(2)).type_as(tokens)
        return (output, weights.type_as(tokens)) if return_weights else output
