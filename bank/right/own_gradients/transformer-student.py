"""GELU and its derivative written out; LayerNorm as a standardised product."""

import math

import torch


class ExactGelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.special.erfc(-x / math.sqrt(2)) / 2

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        share = torch.special.erfc(-x / math.sqrt(2)) / 2
        density = torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        return gradient * (share + x * density)


def standardised(norm, tokens):
    centred = tokens - tokens.mean(dim=-1, keepdim=True)
    spread = centred.square().mean(dim=-1, keepdim=True)
    return torch.addcmul(norm.bias, centred * torch.rsqrt(spread + norm.eps), norm.weight)


class MLP:
    def forward(self, tokens):
        hidden = self.dropout(ExactGelu.apply(self.fc1(tokens)))
        return self.dropout(self.fc2(hidden))


class EncoderBlock:
    def forward(self, tokens):
        tokens = tokens + self.attention(standardised(self.norm1, tokens))
        return tokens + self.mlp(standardised(self.norm2, tokens))
