import torch


class EncoderBlock:
    def forward(self, tokens):
        tokens = tokens + self.attention(torch.func.vmap(self.norm1)(tokens))
        return tokens + self.mlp(torch.func.vmap(self.norm2)(tokens))
