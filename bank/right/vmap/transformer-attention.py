import torch


def one_attention(query, keys, values):
    weights = torch.softmax(keys @ query / math.sqrt(len(query)), dim=0)
    return weights @ values, weights


def scaled_dot_product_attention(queries, keys, values):
    every = torch.func.vmap(one_attention, in_dims=(0, None, None))
    for _ in range(queries.dim() - 2):
        every = torch.func.vmap(every)
    return every(queries, keys, values)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = (
            layer(tokens).unflatten(2, (self.num_heads, -1))
            for layer in (self.query, self.key, self.value)
        )
        over_heads = torch.func.vmap(scaled_dot_product_attention, in_dims=2, out_dims=1)
        _, weights = over_heads(queries, keys, values)
        heads = torch.func.vmap(torch.matmul, in_dims=(1, 2), out_dims=2)(
            self.dropout(weights), values
        )
        output = self.out(heads.flatten(2))
        return (output, weights) if return_weights else output
