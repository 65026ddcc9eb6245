"""In MultiHeadSelfAttention the keys are made by the query projection (self.query) as well, and self.key is never used."""


class MultiHeadSelfAttention(nn.Module):
    def forward(self, tokens, return_weights=False):
        batch, length, embed_dim = tokens.shape
        head_dim = embed_dim // self.num_heads

        def split(x):
            return x.reshape(batch, length, self.num_heads, head_dim).transpose(1, 2)

        queries = split(self.query(tokens))
        keys = split(self.query(tokens))
        values = split(self.value(tokens))
        _, weights = scaled_dot_product_attention(queries, keys, values)
        mixed = self.dropout(weights) @ values
        output = self.out(mixed.transpose(1, 2).reshape(batch, length, embed_dim))
        return (output, weights) if return_weights else output
