"""In training the dropout acts on the scores before the softmax instead of on the weights after it (the returned weights are those without dropout)."""


class MultiHeadSelfAttention(nn.Module):
    def forward(self, tokens, return_weights=False):
        batch, count, dim = tokens.shape
        size = dim // self.num_heads
        shape = (batch, count, self.num_heads, size)
        q = self.query(tokens).reshape(shape).transpose(1, 2)
        k = self.key(tokens).reshape(shape).transpose(1, 2)
        v = self.value(tokens).reshape(shape).transpose(1, 2)
        scores = q @ k.transpose(-1, -2) / size**0.5
        weights = scores.softmax(dim=-1)
        used = self.dropout(scores).softmax(dim=-1)
        out = self.out((used @ v).transpose(1, 2).reshape(batch, count, dim))
        return (out, weights) if return_weights else out
