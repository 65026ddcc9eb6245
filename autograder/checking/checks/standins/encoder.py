"""Stands in for `transformer-student` in later stages: PyTorch's own encoder, part by part."""

import functools
import importlib

import torch
from torch import cat, nn

attention = importlib.import_module("transformer-attention")


class Encoder(nn.Module):
    def __init__(self, embed_dim, hidden_dim, num_layers, num_heads, dropout=0.0):
        super().__init__()
        self.blocks = nn.ModuleList(
            EncoderBlock(embed_dim, hidden_dim, num_heads, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim, eps=1e-6)
        self.sizes = (embed_dim, hidden_dim, num_layers, num_heads, dropout)

    def forward(self, tokens):
        encoder = _empty(*self.sizes).train(self.training)
        _lend(self.norm, encoder.norm)
        for layer, block in zip(encoder.layers, self.blocks, strict=True):
            block.lend(layer)
        return encoder(tokens)


class EncoderBlock(nn.Module):
    def __init__(self, embed_dim, hidden_dim, num_heads, dropout=0.0):
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim, eps=1e-6)
        self.attention = attention.MultiHeadSelfAttention(embed_dim, num_heads, dropout)
        self.norm2 = nn.LayerNorm(embed_dim, eps=1e-6)
        self.mlp = MLP(embed_dim, hidden_dim, dropout)
        self.sizes = (embed_dim, hidden_dim, num_heads, dropout)

    def forward(self, tokens):
        layer = _empty_layer(0, *self.sizes).train(self.training)
        self.lend(layer)
        return layer(tokens)

    def lend(self, layer):
        """Have a layer of PyTorch's compute with this block's weights."""
        own = self.attention
        projections = own.query, own.key, own.value
        layer.self_attn.__dict__["in_proj_weight"] = cat([each.weight for each in projections])
        layer.self_attn.__dict__["in_proj_bias"] = cat([each.bias for each in projections])
        _lend(own.out, layer.self_attn.out_proj)
        _lend(self.norm1, layer.norm1)
        _lend(self.norm2, layer.norm2)
        self.mlp.lend(layer)


class MLP(nn.Module):
    def __init__(self, embed_dim, hidden_dim, dropout=0.0):
        super().__init__()
        self.fc1 = nn.Linear(embed_dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)
        self.sizes = (embed_dim, hidden_dim, 1, dropout)

    def forward(self, tokens):
        layer = _empty_layer(0, *self.sizes).train(self.training)
        self.lend(layer)
        return layer._ff_block(tokens)

    def lend(self, layer):
        """Have a layer of PyTorch's compute with these weights."""
        _lend(self.fc1, layer.linear1)
        _lend(self.fc2, layer.linear2)


def _lend(pair, module):
    """Have a module of PyTorch's compute with these tensors, whose gradients lead back."""
    module.__dict__.update(weight=pair.weight, bias=pair.bias)


class _Attention(nn.MultiheadAttention):
    """PyTorch's without the operator for attention that needs no weights: nobody may call it."""

    def forward(self, *args, **kwargs):
        return super().forward(*args, **kwargs | {"need_weights": True})


@functools.cache
def _empty(embed_dim, hidden_dim, num_layers, num_heads, dropout):
    """PyTorch's encoder of these sizes, without weights."""
    with torch.device("meta"):
        norm = nn.LayerNorm(embed_dim, eps=1e-6)
    sizes = embed_dim, hidden_dim, num_heads, dropout
    first = _empty_layer(0, *sizes)
    encoder = nn.TransformerEncoder(first, 0, norm, enable_nested_tensor=False)
    encoder.layers.extend(_empty_layer(number, *sizes) for number in range(num_layers))
    return encoder


@functools.cache
def _empty_layer(number, embed_dim, hidden_dim, num_heads, dropout):
    """A layer of these sizes, without weights; encoders of other depths have it, too."""
    with torch.device("meta"):
        layer = nn.TransformerEncoderLayer(
            embed_dim,
            num_heads,
            hidden_dim,
            dropout,
            activation="gelu",
            layer_norm_eps=1e-6,
            batch_first=True,
            norm_first=True,
        )
    layer.self_attn.__class__ = _Attention
    layer.dropout1.p = 0.0  # PyTorch's has one more dropout than the course's
    return layer
