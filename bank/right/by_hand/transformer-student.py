import math

import torch


def exact_gelu(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def normalise(norm, tokens):
    mean = tokens.mean(dim=-1, keepdim=True)
    variance = tokens.var(dim=-1, keepdim=True, unbiased=False)
    return (tokens - mean) / torch.sqrt(variance + norm.eps) * norm.weight + norm.bias


class MLP:
    def forward(self, tokens):
        hidden = self.dropout(exact_gelu(tokens @ self.fc1.weight.T + self.fc1.bias))
        return self.dropout(hidden @ self.fc2.weight.T + self.fc2.bias)


class EncoderBlock:
    def forward(self, tokens):
        middle = self.attention(normalise(self.norm1, tokens)) + tokens
        return self.mlp(normalise(self.norm2, middle)) + middle


class Encoder:
    def forward(self, tokens):
        blocks = iter(self.blocks)
        while (block := next(blocks, None)) is not None:
            tokens = block(tokens)
        return normalise(self.norm, tokens)
