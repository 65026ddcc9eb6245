"""The ViT with something done otherwise: class token, positions, pooling, head."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

from .encoder import Stack, number_of_blocks, stack, stack_changes
from .layers import Weights, below, linear, weights_of
from .search import Change, Variations, within

Reading = Callable[[Tensor], Tensor]
Combining = Callable[[Tensor, Tensor], Tensor]


def by_rows(grid: Tensor) -> Tensor:
    """The projection's grid (batch, embed_dim, rows, columns) as tokens, row by row."""
    return grid.flatten(2).mT


def in_front(tokens: Tensor, token: Tensor) -> Tensor:
    """The class token before the patches' tokens."""
    return torch.cat([token, tokens], dim=1)


@dataclass(frozen=True)
class Model:
    """How a ViT works.

    Attributes:
        grid: the projection's grid to tokens.
        class_token: tokens and the class token, one for each image, to tokens.
        positions: tokens and positions to tokens.
        centred: whether the mean over the batch is subtracted from the patches' tokens.
        mean_first: whether the mean over the tokens is taken before the encoder.
        encodes: whether the encoder runs.
        stack: how it works.
        read: the encoder's output to what the head reads; None for what `pool` asks for.
        bias: whether the head's is added.
        end: what follows the head.
    """

    grid: Reading = by_rows
    class_token: Combining = in_front
    positions: Combining = torch.add
    centred: bool = False
    mean_first: bool = False
    encodes: bool = True
    stack: Stack = field(default_factory=Stack)
    read: Reading | None = None
    bias: bool = True
    end: Reading | None = None


EMBEDDING = [
    Change(
        "The class token stands last among the tokens; it comes first.",
        Model(class_token=lambda x, token: torch.cat([x, token], dim=1)),
    ),
    Change(
        "Zeros stand where the learned class token belongs.",
        Model(class_token=lambda x, token: in_front(x, 0 * token)),
    ),
    Change(
        "The mean of the patches' tokens stands where the class token belongs.",
        Model(class_token=lambda x, token: in_front(x, x.mean(dim=1, keepdim=True))),
    ),
    Change(
        "The class token takes the place of the first patch; no patch should be lost.",
        Model(class_token=lambda x, token: in_front(x[:, 1:], token)),
    ),
    Change("No positions are added.", Model(positions=lambda x, _: x)),
    Change("The positions are added twice.", Model(positions=lambda x, added: x + 2 * added)),
    Change("The positions are subtracted, not added.", Model(positions=torch.sub)),
    Change("The positions are multiplied with the tokens, not added.", Model(positions=torch.mul)),
    Change(
        "The class token gets no position; all tokens do.",
        Model(positions=lambda x, added: torch.cat([x[:, :1], x[:, 1:] + added[:, 1:]], dim=1)),
    ),
    Change("Every token gets position 0.", Model(positions=lambda x, p: x + p[:, :1])),
    Change(
        "The positions are added in reverse order.", Model(positions=lambda x, p: x + p.flip(1))
    ),
    Change(
        "The patches get the positions from 0 on, the class token none.",
        Model(positions=lambda x, p: torch.cat([x[:, :1], x[:, 1:] + p[:, :-1]], dim=1)),
    ),
    Change(
        "Each token gets the position of the token after it (the last one the first).",
        Model(positions=lambda x, p: x + p.roll(-1, 1)),
    ),
    Change(
        "The tokens, class token and all, are multiplied by √embed_dim before the positions are "
        "added.",
        Model(positions=lambda x, p: x * math.sqrt(x.shape[-1]) + p),
    ),
    Change(
        "Each token gets the position of the token before it (the first one the last).",
        Model(positions=lambda x, added: x + added.roll(1, 1)),
    ),
    Change(
        "The grid of patches is read column by column; patches come row by row.",
        Model(grid=lambda grid: by_rows(grid.mT)),
    ),
    Change(
        "The projection's grid is reshaped into tokens without its axes being put in order.",
        Model(grid=lambda grid: grid.reshape(len(grid), -1, grid.shape[1])),
    ),
]
POOLS: dict[str, tuple[str, Reading]] = {
    "class": (
        "The head reads token 0 where the mean over all tokens is asked for.",
        lambda x: x[:, 0],
    ),
    "mean": (
        "The head reads the mean over all tokens where the class token's output is asked for.",
        lambda x: x.mean(dim=1),
    ),
}
WHOLE = [
    Change(
        "The head reads the mean over all tokens but the first.",
        Model(read=lambda x: x[:, 1:].mean(dim=1)),
    ),
    Change(
        "The head reads the largest number over the tokens, column by column (a max).",
        Model(read=lambda x: x.amax(dim=1)),
    ),
    Change("The head reads the sum over the tokens.", Model(read=lambda x: x.sum(dim=1))),
    Change("The head reads the last token.", Model(read=lambda x: x[:, -1])),
    Change("The head reads token 1.", Model(read=lambda x: x[:, 1])),
    Change(
        "The mean over the tokens is taken before the encoder, not after it.",
        Model(mean_first=True),
    ),
    Change("The encoder is left out: the head reads the embedded tokens.", Model(encodes=False)),
    Change(
        "The mean runs over each token's numbers, not over the tokens.",
        Model(read=lambda x: x.mean(dim=2, keepdim=True).expand_as(x)[:, 0]),
    ),
    Change(
        "The mean over the batch is mixed in: it is subtracted from every image.",
        Model(centred=True),
    ),
    Change(
        "A softmax turns the logits into probabilities.", Model(end=lambda x: x.softmax(dim=-1))
    ),
    Change(
        "A log-softmax follows the head; logits are asked for.",
        Model(end=lambda x: x.log_softmax(dim=-1)),
    ),
    Change("A sigmoid follows the head; logits are asked for.", Model(end=torch.sigmoid)),
    Change("A softmax over the batch follows the head.", Model(end=lambda x: x.softmax(dim=0))),
    Change("The bias of `head` is left out.", Model(bias=False)),
]


def model(case: Case) -> Variations[Model]:
    """What the ViT did otherwise."""
    images, weights = case.scene.inputs["images"].double(), weights_of(case)
    size = int(case.scene.sizes["patch_size"])
    weight = weights["projection.weight"]
    kernel = weight.reshape(len(weight), images.shape[1], size, size)
    grid = F.conv2d(images, kernel, weights["projection.bias"], stride=size)
    if case.scene.method == "embed":
        weights |= buffered(grid, weights, case)
        return Variations(lambda how: embedded(grid, weights, how), Model(), EMBEDDING)
    pool = str(case.scene.options.get("pool", "class"))
    heads = int(case.scene.sizes.get("num_heads", 1))
    others = [
        Change(words, Model(read=read)) for name, (words, read) in POOLS.items() if name != pool
    ]
    return Variations(
        lambda how: logits(grid, weights, heads, POOLS[pool][1], how),
        Model(),
        [*others, *WHOLE, *EMBEDDING],
        [
            Change(within("the encoder", each.words), Model(stack=each.options))
            for each in stack_changes(number_of_blocks(below(weights, "encoder.")))
        ],
    )


def buffered(grid: Tensor, weights: Weights, case: Case) -> Weights:
    """The positions where they are a buffer: what is expected without the rest."""
    if "positions" in weights or case.scene.options.get("positions") == "none":
        return {}
    bare = embedded(grid, weights, Model())
    return {"positions": (case.expected - bare).mean(dim=0, keepdim=True)}


def embedded(grid: Tensor, weights: Weights, how: Model) -> Tensor:
    """Tokens with class token and positions."""
    tokens = how.grid(grid)
    if how.centred:
        tokens = tokens - tokens.mean(dim=0) + weights["projection.bias"]
    if "class_token" in weights:
        tokens = how.class_token(tokens, weights["class_token"].expand(len(tokens), -1, -1))
    return how.positions(tokens, weights["positions"]) if "positions" in weights else tokens


def logits(grid: Tensor, weights: Weights, heads: int, asked: Reading, how: Model) -> Tensor:
    """The logits."""
    tokens = embedded(grid, weights, how)
    tokens = tokens.mean(dim=1, keepdim=True) if how.mean_first else tokens
    if how.encodes:
        tokens = stack(tokens, below(weights, "encoder."), heads, how.stack)
    made = linear((how.read or asked)(tokens), weights, "head", how.bias)
    return how.end(made) if how.end else made
