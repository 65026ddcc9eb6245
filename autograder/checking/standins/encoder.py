"""Stands in for `transformer-student` in later stages: PyTorch's own encoder."""

import functools

import torch
from torch import cat, nn


class Encoder(nn.Module):
    def __init__(self, embed_dim, hidden_dim, num_layers, num_heads, dropout=0.0):
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm1": blank(embed_dim),
                    "attention": nn.ModuleDict(
                        {
                            name: blank(embed_dim, embed_dim)
                            for name in ("query", "key", "value", "out")
                        }
                    ),
                    "norm2": blank(embed_dim),
                    "mlp": nn.ModuleDict(
                        {"fc1": blank(hidden_dim, embed_dim), "fc2": blank(embed_dim, hidden_dim)}
                    ),
                }
            )
            for _ in range(num_layers)
        )
        self.norm = blank(embed_dim)
        self.sizes = (embed_dim, hidden_dim, num_layers, num_heads, dropout)

    def forward(self, tokens):
        encoder = empty(*self.sizes).train(self.training)
        place(encoder.norm, self.norm.weight, self.norm.bias)
        for layer, block in zip(encoder.layers, self.blocks, strict=True):
            attention, mlp = block["attention"], block["mlp"]
            projections = [attention["query"], attention["key"], attention["value"]]
            layer.self_attn.__dict__["in_proj_weight"] = cat([each.weight for each in projections])
            layer.self_attn.__dict__["in_proj_bias"] = cat([each.bias for each in projections])
            place(layer.self_attn.out_proj, attention["out"].weight, attention["out"].bias)
            place(layer.linear1, mlp["fc1"].weight, mlp["fc1"].bias)
            place(layer.linear2, mlp["fc2"].weight, mlp["fc2"].bias)
            place(layer.norm1, block["norm1"].weight, block["norm1"].bias)
            place(layer.norm2, block["norm2"].weight, block["norm2"].bias)
        return encoder(tokens)


def blank(*shape):
    """A weight and a bias to be loaded; `nn.Linear` would draw some first."""
    return nn.ParameterDict({"weight": torch.zeros(shape), "bias": torch.zeros(shape[0])})


def place(module, weight, bias):
    """Have a module of PyTorch's compute with these tensors, whose gradients lead back."""
    module.__dict__.update(weight=weight, bias=bias)


@functools.cache
def empty(embed_dim, hidden_dim, num_layers, num_heads, dropout):
    """PyTorch's encoder of these sizes, without weights."""
    with torch.device("meta"):
        norm = nn.LayerNorm(embed_dim, eps=1e-6)
    sizes = embed_dim, hidden_dim, num_heads, dropout
    first = empty_layer(0, *sizes)
    encoder = nn.TransformerEncoder(first, 0, norm, enable_nested_tensor=False)
    encoder.layers.extend(empty_layer(number, *sizes) for number in range(num_layers))
    return encoder


@functools.cache
def empty_layer(number, embed_dim, hidden_dim, num_heads, dropout):
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
    layer.dropout1.p = 0.0  # PyTorch's has one more dropout than the course's
    return layer
