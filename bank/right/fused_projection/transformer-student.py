from torch.nn import functional as F


class EncoderBlock:
    def forward(self, tokens):
        residual = tokens
        tokens = self.norm1(tokens)
        tokens = self.attention(tokens)
        tokens = tokens + residual
        residual = tokens
        tokens = F.layer_norm(
            tokens, (tokens.shape[-1],), self.norm2.weight, self.norm2.bias, self.norm2.eps
        )
        tokens = self.mlp(tokens)
        return tokens.add(residual)


class Encoder:
    def forward(self, tokens):
        return self.norm(nn.Sequential(*self.blocks)(tokens))
