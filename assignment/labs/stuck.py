"""A run that does not learn: a rebuilt ViT and the switches that it may have been set by.

A report on a reimplementation with little hardware tells of a ViT of embed_dim 256, 4 layers,
4 heads and hidden_dim 1024 on CIFAR-10: Adam with a learning rate of 1e-3, batches of 64, five
epochs; a loss that went from 2.25 a batch to 2.22, and 14.81 % in the end. Its code is lost. Here
the model is built again on PyTorch's own `nn.TransformerEncoder`, with a switch for all that may
have been otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from course import loader
from course.catalogue import PRESETS
from course.datasets import ImageData
from course.history import Settings

PRESET = PRESETS["small-hardware-vit"]


@dataclass(frozen=True)
class Switches:
    """What may be otherwise from run to run.

    Attributes:
        batch_first: as `nn.TransformerEncoderLayer` has it; the tokens that the model hands it
            are (batch, tokens, embed_dim).
        norm_first: LayerNorm before attention and MLP; otherwise after each residual connection.
        final_norm: a LayerNorm after the last block.
        pool: the head reads the "class" token, the "mean" over the patches, or the "first" patch;
            with the last two there is no class token.
        normalised: the pixels have mean 0 and deviation 1; otherwise they lie in [0, 1].
        learning_rate: the highest.
        warmup_steps: the learning rate rises from 0 over these.
        weight_decay: added to the gradient, as `torch.optim.Adam` does.
        clip_norm: a longer gradient is scaled down to this length.
    """

    batch_first: bool = True
    norm_first: bool = True
    final_norm: bool = True
    pool: Literal["class", "mean", "first"] = "class"
    normalised: bool = True
    learning_rate: float = 1e-3
    warmup_steps: int = 0
    weight_decay: float = 0.0
    clip_norm: float = math.inf


REPORTED = Switches(
    batch_first=False, norm_first=False, final_norm=False, pool="first", weight_decay=1e-4
)


class Rebuilt(nn.Module):
    """The report's ViT on PyTorch's own encoder.

    Args:
        switches: how it is put together.
        config: embed_dim, hidden_dim, num_layers, num_heads, patch_size, as the homework's ViT.
    """

    def __init__(self, switches: Switches, config: Mapping[str, Any]) -> None:
        super().__init__()
        embed_dim, patch_size = config["embed_dim"], config["patch_size"]
        tokens = (config["image_size"] // patch_size) ** 2 + (switches.pool == "class")
        self.pool = switches.pool
        self.projection = nn.Conv2d(3, embed_dim, patch_size, patch_size)
        self.class_token = (
            nn.Parameter(torch.zeros(1, 1, embed_dim)) if self.pool == "class" else None
        )
        self.positions = nn.Parameter(torch.empty(1, tokens, embed_dim).normal_(std=0.02))
        layer = nn.TransformerEncoderLayer(
            embed_dim,
            config["num_heads"],
            config["hidden_dim"],
            dropout=0.0,
            activation="gelu",
            batch_first=switches.batch_first,
            norm_first=switches.norm_first,
        )
        norm = nn.LayerNorm(embed_dim) if switches.final_norm else None
        self.encoder = nn.TransformerEncoder(
            layer, config["num_layers"], norm, enable_nested_tensor=False
        )
        self.head = nn.Linear(embed_dim, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Images (batch, 3, height, width) to logits (batch, 10)."""
        tokens = self.projection(images).flatten(-2).mT
        if (first := self.class_token) is not None:
            tokens = torch.cat([first.expand(len(images), -1, -1), tokens], dim=1)
        tokens = self.encoder(tokens + self.positions)
        return self.head(tokens.mean(dim=1) if self.pool == "mean" else tokens[:, 0])


@dataclass(frozen=True)
class Prepared:
    """A run before its first step: the model, its batches, how to train it."""

    model: Rebuilt
    train_loader: loader.Loader
    validation_loader: loader.Loader
    settings: Settings


def prepare(
    switches: Switches,
    data: ImageData,
    config: Mapping[str, Any] = PRESET.config,
    epochs: float = PRESET.settings.epochs,
    seed: int = 0,
) -> Prepared:
    """The model with fresh weights, its batches, and its settings.

    Args:
        switches: how the run is set.
        data: ten classes of images; a fifth of the training images is held back.
        config: the model's sizes.
        epochs: passes over the training images.
        seed: of split, weights and order.
    """
    torch.manual_seed(seed)
    model = Rebuilt(switches, config)
    mean, std = (data.mean, data.std) if switches.normalised else ((0.0,) * 3, (1.0,) * 3)
    batch_size = PRESET.settings.batch_size
    train_loader, validation_loader = (
        loader.Loader(
            data.train_images[part],
            data.train_labels[part],
            mean,
            std,
            batch_size,
            shuffle=True,
            seed=seed,
        )
        for part in loader.split(data, PRESET.validation_fraction, seed)
    )
    settings = replace(
        PRESET.settings,
        epochs=epochs,
        seed=seed,
        learning_rate=switches.learning_rate,
        warmup_epochs=switches.warmup_steps / len(train_loader),
        weight_decay=switches.weight_decay,
        clip_norm=switches.clip_norm,
    )
    return Prepared(model, train_loader, validation_loader, settings)
