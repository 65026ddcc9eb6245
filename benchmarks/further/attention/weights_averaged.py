"""MultiHeadSelfAttention returns the weights averaged over the heads axis, of shape (batch, tokens, tokens), instead of one matrix per head; its output is right."""


class MultiHeadSelfAttention(nn.Module):
    def forward(self, tokens, return_weights=False):
        batch, length, embed_dim = tokens.shape
        head_dim = embed_dim // self.num_heads

        def split(x):
            return x.reshape(batch, length, self.num_heads, head_dim).transpose(1, 2)

        queries = split(self.query(tokens))
        keys = split(self.key(tokens))
        values = split(self.value(tokens))
        _, weights = scaled_dot_product_attention(queries, keys, values)
        mixed = self.dropout(weights) @ values
        output = self.out(mixed.transpose(1, 2).reshape(batch, length, embed_dim))
        if return_weights:
            return output, weights.mean(dim=1)
        return output
