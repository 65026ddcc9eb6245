from einops import einsum, rearrange


def scaled_dot_product_attention(queries, keys, values):
    scores = einsum(queries, keys, "... n d, ... m d -> ... n m") / math.sqrt(keys.shape[-1])
    weights = scores.softmax(dim=-1)
    return einsum(weights, values, "... n m, ... m e -> ... n e"), weights


class MultiHeadSelfAttention:
    def forward(self, tokens, return_weights=False):
        queries, keys, values = (
            rearrange(layer(tokens), "b n (h d) -> b h n d", h=self.num_heads)
            for layer in (self.query, self.key, self.value)
        )
        _, weights = scaled_dot_product_attention(queries, keys, values)
        heads = einsum(self.dropout(weights), values, "b h n m, b h m d -> b h n d")
        output = self.out(rearrange(heads, "b h n d -> b n (h d)"))
        return (output, weights) if return_weights else output
