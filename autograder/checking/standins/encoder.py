"""Stands in for `transformer-student` in later stages: PyTorch's own encoder."""

import functools

import torch
from torch import cat, nn


class Encoder(nn.Module):
    def __init__(self, embed_dim, hidden_dim, num_layers, num_heads, dropout=0.0):
        super().__init__()
        self.blocks = nn.ModuleList(_block(embed_dim, hidden_dim) for _ in range(num_layers))
        self.norm = _Pair(embed_dim)
        self.sizes = (embed_dim, hidden_dim, num_layers, num_heads, dropout)

    def forward(self, tokens):
        encoder = _empty(*self.sizes).train(self.training)
        _lend(self.norm, encoder.norm)
        for layer, block in zip(encoder.layers, self.blocks, strict=True):
            own = block.attention
            projections = own.query, own.key, own.value
            layer.self_attn.__dict__["in_proj_weight"] = cat([each.weight for each in projections])
            layer.self_attn.__dict__["in_proj_bias"] = cat([each.bias for each in projections])
            _lend(own.out, layer.self_attn.out_proj)
            _lend(block.norm1, layer.norm1)
            _lend(block.norm2, layer.norm2)
            _lend(block.mlp.fc1, layer.linear1)
            _lend(block.mlp.fc2, layer.linear2)
        return encoder(tokens)


def _lend(pair, module):
    """Have a module of PyTorch's compute with these tensors, whose gradients lead back."""
    module.__dict__.update(weight=pair.weight, bias=pair.bias)


class _Pair(nn.Module):
    """A weight and a bias to be loaded; a layer of PyTorch's would draw some first."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0]))


class _Parts(nn.Module):
    """Modules by name."""

    def __init__(self, **parts):
        super().__init__()
        self._modules.update(parts)


def _block(embed_dim, hidden_dim):
    projections = {name: _Pair(embed_dim, embed_dim) for name in ("query", "key", "value", "out")}
    return _Parts(
        norm1=_Pair(embed_dim),
        attention=_Parts(**projections),
        norm2=_Pair(embed_dim),
        mlp=_Parts(fc1=_Pair(hidden_dim, embed_dim), fc2=_Pair(embed_dim, hidden_dim)),
    )


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
