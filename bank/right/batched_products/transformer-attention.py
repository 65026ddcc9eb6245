import torch


def scaled_dot_product_attention(queries, keys, values):
    leading = queries.shape[:-2]
    n, d = queries.shape[-2:]
    m, e = values.shape[-2:]
    queries, keys = queries.reshape(-1, n, d), keys.reshape(-1, m, d)
    nothing = queries.new_zeros(1, 1, 1)
    scores = torch.baddbmm(nothing, queries, keys.transpose(1, 2), beta=0, alpha=1 / math.sqrt(d))
    weights = nn.Softmax(dim=2)(scores)
    output = torch.bmm(weights, values.reshape(-1, m, e))
    return output.view(*leading, n, e), weights.view(*leading, n, m)


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        batch, count, embed_dim = tokens.shape
        width = embed_dim // self.num_heads

        def split(layer):
            projected = layer(tokens).view(batch, count, self.num_heads, width)
            return projected.permute(0, 2, 1, 3).contiguous().view(-1, count, width)

        queries, keys, values = split(self.query), split(self.key), split(self.value)
        _, weights = scaled_dot_product_attention(queries, keys, values)
        heads = torch.bmm(self.dropout(weights), values)
        heads = heads.view(batch, self.num_heads, count, width).permute(0, 2, 1, 3)
        output = self.out(heads.contiguous().view(batch, count, embed_dim))
        weights = weights.view(batch, self.num_heads, count, count)
        return (output, weights) if return_weights else output
