"""The normalisation is written anew, with another eps than the constructor gave its LayerNorms."""

from torch.nn import functional as F

FAILS = ("test_quiet_tokens",)


class EncoderBlock:
    def forward(self, tokens):
        shape = tokens.shape[-1:]
        normed = F.layer_norm(tokens, shape, self.norm1.weight, self.norm1.bias)
        tokens = tokens + self.attention(normed)
        normed = F.layer_norm(tokens, shape, self.norm2.weight, self.norm2.bias)
        return tokens + self.mlp(normed)
