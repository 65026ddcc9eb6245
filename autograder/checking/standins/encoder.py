"""Stands in for `transformer-student` in later stages: PyTorch's own encoder."""

import functools

import torch
from torch import cat, nn
from torch.func import functional_call


class Encoder(nn.Module):
    def __init__(self, embed_dim, hidden_dim, num_layers, num_heads, dropout=0.0):
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm1": nn.LayerNorm(embed_dim, eps=1e-6),
                    "attention": nn.ModuleDict(
                        {
                            name: nn.Linear(embed_dim, embed_dim)
                            for name in ("query", "key", "value", "out")
                        }
                    ),
                    "norm2": nn.LayerNorm(embed_dim, eps=1e-6),
                    "mlp": nn.ModuleDict(
                        {
                            "fc1": nn.Linear(embed_dim, hidden_dim),
                            "fc2": nn.Linear(hidden_dim, embed_dim),
                        }
                    ),
                }
            )
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim, eps=1e-6)
        self.sizes = (embed_dim, hidden_dim, num_layers, num_heads, dropout)

    def forward(self, tokens):
        weights = {f"norm.{name}": value for name, value in self.norm.named_parameters()}
        for number, block in enumerate(self.blocks):
            attention, mlp = block["attention"], block["mlp"]
            projections = [attention["query"], attention["key"], attention["value"]]
            named = {
                "self_attn.in_proj_weight": cat([each.weight for each in projections]),
                "self_attn.in_proj_bias": cat([each.bias for each in projections]),
                "self_attn.out_proj.weight": attention["out"].weight,
                "self_attn.out_proj.bias": attention["out"].bias,
                "linear1.weight": mlp["fc1"].weight,
                "linear1.bias": mlp["fc1"].bias,
                "linear2.weight": mlp["fc2"].weight,
                "linear2.bias": mlp["fc2"].bias,
                "norm1.weight": block["norm1"].weight,
                "norm1.bias": block["norm1"].bias,
                "norm2.weight": block["norm2"].weight,
                "norm2.bias": block["norm2"].bias,
            }
            weights |= {f"layers.{number}.{name}": value for name, value in named.items()}
        return functional_call(empty(*self.sizes).train(self.training), weights, (tokens,))


@functools.cache
def empty(embed_dim, hidden_dim, num_layers, num_heads, dropout):
    """PyTorch's encoder of these sizes, without weights."""
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
        norm = nn.LayerNorm(embed_dim, eps=1e-6)
        return nn.TransformerEncoder(layer, num_layers, norm, enable_nested_tensor=False)
