"""The weights returned in training are those after dropout, not those before."""


class MultiHeadSelfAttention(nn.Module):
    def forward(self, tokens, return_weights=False):
        batch, count, dim = tokens.shape
        size = dim // self.num_heads
        shape = (batch, count, self.num_heads, size)
        q = self.query(tokens).reshape(shape).permute(0, 2, 1, 3)
        k = self.key(tokens).reshape(shape).permute(0, 2, 1, 3)
        v = self.value(tokens).reshape(shape).permute(0, 2, 1, 3)
        attn = (q @ k.transpose(-1, -2)) * size**-0.5
        attn = attn.softmax(dim=-1)
        attn = self.dropout(attn)
        out = (attn @ v).permute(0, 2, 1, 3).reshape(batch, count, dim)
        out = self.out(out)
        return (out, attn) if return_weights else out
