"""Tokens first inside, batch first outside; keys that are transposed before they are split."""


def scaled_dot_product_attention(queries, keys, values):
    columns = keys @ queries.transpose(-2, -1)
    weights = (columns / queries.shape[-1] ** 0.5).softmax(dim=-2).transpose(-2, -1)
    return (values.transpose(-2, -1) @ weights.transpose(-2, -1)).transpose(-2, -1), weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        sequence = tokens.permute(1, 0, 2).contiguous()
        count, batch, embed_dim = sequence.shape
        width = embed_dim // self.num_heads
        queries, keys, values = (
            layer(sequence).view(count, batch * self.num_heads, width).transpose(0, 1)
            for layer in (self.query, self.key, self.value)
        )
        _, weights = scaled_dot_product_attention(queries, keys, values)
        heads = (self.dropout(weights) @ values).transpose(0, 1).reshape(count, batch, embed_dim)
        output = self.out(heads).permute(1, 0, 2)
        if return_weights:
            return output, weights.unflatten(0, (batch, self.num_heads))
        return output
