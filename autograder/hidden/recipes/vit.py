"""The ViT with something done otherwise: class token, positions, pooling, head."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

from .block import inside
from .encoder import PAIRS, number_of_blocks, stack, stack_changes
from .heads import linear
from .search import Change, Options, Variations, option_changes, within

CLASS = {
    "last": "The class token stands last among the tokens; it comes first.",
    "none": "There is no class token: the first place holds nothing of it.",
    "zero": "Zeros stand where the learned class token belongs.",
    "mean": "The mean of the patches' tokens stands where the class token belongs.",
    "over": "The class token takes the place of the first patch; no patch should be lost.",
    "to all": "The class token is added to every patch's token.",
    "twice": "The class token is doubled.",
    "first image": "Only the first image gets the class token, the others zeros.",
}
POSITIONS = {
    "none": "No positions are added.",
    "twice": "The positions are added twice.",
    "minus": "The positions are subtracted, not added.",
    "half": "The positions are halved before they are added.",
    "multiplied": "The positions are multiplied with the tokens, not added.",
    "patches only": "The class token gets no position; all tokens do.",
    "class only": "Only the class token gets its position; all tokens do.",
    "one on": "Each token gets the position of the token before it (the first one the last).",
    "one back": "Each token gets the position of the token after it (the last one the first).",
    "first": "Every token gets position 0.",
    "reversed": "The positions are added in reverse order.",
    "from zero": "The patches get the positions from 0 on, the class token none.",
    "mean": "Every token gets the mean of all positions.",
    "scaled": "The tokens are multiplied by √embed_dim before the positions are added.",
    "all scaled": "The tokens, class token and all, are multiplied by √embed_dim before the "
    "positions are added.",
    "columns": "The positions' columns are added in reverse order.",
    "shrunk": "The positions are multiplied by √embed_dim.",
}
POOLS = {
    "class": "The head reads token 0 where the mean over all tokens is asked for.",
    "mean": "The head reads the mean over all tokens where the class token's output is asked for.",
    "patches": "The head reads the mean over all tokens but the first.",
    "last": "The head reads the last token.",
    "second": "The head reads token 1.",
    "max": "The head reads the largest number over the tokens, column by column (a max).",
    "sum": "The head reads the sum over the tokens.",
    "before": "The mean over the tokens is taken before the encoder, not after it.",
    "no encoder": "The encoder is left out: the head reads the embedded tokens.",
    "encoder twice": "The encoder runs twice.",
    "columns": "The mean runs over each token's numbers, not over the tokens.",
    "over batch": "The mean over the batch is mixed in: it is subtracted from every image.",
}
ENDINGS: dict[str, tuple[str, Callable[[Tensor], Tensor]]] = {
    "softmax": ("A softmax turns the logits into probabilities.", lambda x: x.softmax(dim=-1)),
    "log": (
        "A log-softmax follows the head; logits are asked for.",
        lambda x: x.log_softmax(dim=-1),
    ),
    "sigmoid": ("A sigmoid follows the head; logits are asked for.", torch.sigmoid),
    "batch": ("A softmax over the batch follows the head.", lambda x: x.softmax(dim=0)),
    "relu": ("A ReLU follows the head; logits may be negative.", torch.relu),
    "tanh": ("A tanh follows the head; logits are asked for.", torch.tanh),
}
HEAD = [
    Change("bias head", "0", "The bias of `head` is left out."),
    Change("bias head", "2", "The bias of `head` is added twice."),
    Change("norm", "1", "The pooled token is normalised once more before the head."),
    Change("norm", "mean", "The encoder's `norm` is applied once more before the head."),
]
GRID = {
    "columns": "The grid of patches is read column by column; patches come row by row.",
    "reshape": "The projection's grid is reshaped into tokens without its axes being put in order.",
    "relu": "A ReLU follows the projection.",
    "gelu": "A GELU follows the projection.",
    "reversed": "The patches come in reverse order.",
    "normalised": "The projected patches are normalised.",
}
PROJECTION = [
    *option_changes("grid", GRID),
    Change("bias projection", "0", "The bias of `projection` is left out."),
    Change("bias projection", "2", "The bias of `projection` is added twice."),
]


def model(case: Case) -> Variations | None:
    """What the ViT did otherwise."""
    images = case.scene.inputs.get("images")
    weights = {name: value.double() for name, value in case.scene.weights.items()}
    if images is None or images.ndim != 4 or "projection.weight" not in weights:
        return None
    tokens_changes = [
        *option_changes("class", CLASS),
        *option_changes("positions", POSITIONS),
        *PROJECTION,
    ]
    source = projected(images.double(), weights, case)
    if case.scene.method == "embed":
        weights = weights | buffered(source({}), weights, case)
        return Variations(
            lambda options: embedded(source(options), weights, options), tokens_changes
        )
    ends = {name: words for name, (words, _) in ENDINGS.items()}
    encoder_changes = [
        Change(f"encoder {change.slot}", change.value, within("the encoder", change.words))
        for change in stack_changes(number_of_blocks(weights))
    ]
    changes = [
        *option_changes("pool", POOLS),
        *option_changes("end", ends),
        *HEAD,
        *tokens_changes,
        *encoder_changes,
    ]
    heads = int(case.scene.sizes.get("num_heads", 1))
    return Variations(
        lambda options: logits(source(options), weights, heads, options, case),
        changes,
        most_pairs=PAIRS,
    )


def buffered(tokens: Tensor, weights: dict[str, Tensor], case: Case) -> dict[str, Tensor]:
    """The positions where they are a buffer: what is expected without the rest."""
    if "positions" in weights or case.scene.options.get("positions") == "none":
        return {}
    return {"positions": (case.expected - embedded(tokens, weights, {})).mean(dim=0, keepdim=True)}


def projected(
    images: Tensor, weights: dict[str, Tensor], case: Case
) -> Callable[[Options], Tensor]:
    """The patches' tokens: the projection as a convolution, which it equals."""
    size = int(case.scene.sizes["patch_size"])
    weight = weights["projection.weight"]
    kernel = weight.reshape(len(weight), images.shape[1], size, size)

    def project(options: Options) -> Tensor:
        bias = weights["projection.bias"] * float(options.get("bias projection", 1))
        grid = F.conv2d(images, kernel, bias, stride=size)
        way = options.get("grid", "")
        if way == "reshape":
            return grid.flatten(2).reshape(len(images), -1, len(weight))
        if way == "columns":
            return grid.mT.flatten(2).mT
        tokens = grid.flatten(2).mT
        ways: dict[str, Callable[[Tensor], Tensor]] = {
            "relu": F.relu,
            "gelu": F.gelu,
            "reversed": lambda x: x.flip(1),
            "normalised": lambda x: F.layer_norm(x, x.shape[-1:]),
        }
        return ways.get(way, lambda x: x)(tokens)

    return project


def embedded(tokens: Tensor, weights: dict[str, Tensor], options: Options) -> Tensor:
    """Class token and positions, with the options."""
    where, kind = options.get("class", "first"), options.get("positions", "")
    if kind == "all scaled":
        return embedded(
            tokens * tokens.shape[-1] ** 0.5, louder(weights), options | {"positions": ""}
        )
    if kind == "scaled":
        tokens = tokens * tokens.shape[-1] ** 0.5
    if "class_token" in weights:
        token = weights["class_token"].expand(len(tokens), -1, -1)
        token = {
            "zero": torch.zeros_like(token),
            "mean": tokens.mean(dim=1, keepdim=True),
            "twice": 2 * token,
        }.get(where, token)
        if where == "first image":
            token = torch.cat([token[:1], torch.zeros_like(token[1:])])
        parts = {
            "last": [tokens, token],
            "none": [tokens],
            "over": [token, tokens[:, 1:]],
            "to all": [token, tokens + token],
        }.get(where, [token, tokens])
        tokens = torch.cat(parts, dim=1)
    if "positions" not in weights or kind == "none":
        return tokens
    added = weights["positions"]
    changed: dict[str, Callable[[], Tensor]] = {
        "twice": lambda: 2 * added,
        "minus": lambda: -added,
        "half": lambda: added / 2,
        "patches only": lambda: torch.cat([0 * added[:, :1], added[:, 1:]], dim=1),
        "class only": lambda: torch.cat([added[:, :1], 0 * added[:, 1:]], dim=1),
        "one on": lambda: added.roll(1, 1),
        "one back": lambda: added.roll(-1, 1),
        "first": lambda: added[:, :1],
        "reversed": lambda: added.flip(1),
        "from zero": lambda: torch.cat([0 * added[:, :1], added[:, :-1]], dim=1),
        "mean": lambda: added.mean(dim=1, keepdim=True),
        "shrunk": lambda: added * added.shape[-1] ** 0.5,
        "columns": lambda: added.flip(2),
    }
    if kind == "multiplied":
        return tokens * added
    return tokens + changed.get(kind, lambda: added)()


def louder(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights, the class token multiplied by √embed_dim."""
    if "class_token" not in weights:
        return weights
    token = weights["class_token"]
    return weights | {"class_token": token * token.shape[-1] ** 0.5}


def logits(
    source: Tensor, weights: dict[str, Tensor], heads: int, options: Options, case: Case
) -> Tensor:
    """The logits, with the options."""
    pool, default = options.get("pool", ""), str(case.scene.options.get("pool", "class"))
    if pool == default:
        raise ValueError("no change")
    tokens = embedded(source, weights, options)
    if pool == "over batch":
        tokens = embedded(
            source - source.mean(dim=0) + weights["projection.bias"], weights, options
        )
    if pool == "before":
        tokens = tokens.mean(dim=1, keepdim=True)
    of_encoder = inside(weights, "encoder.")
    within = {
        key.removeprefix("encoder "): value
        for key, value in options.items()
        if key.startswith("encoder ")
    }
    for _ in range({"no encoder": 0, "encoder twice": 2}.get(pool, 1)):
        tokens = stack(tokens, of_encoder, heads, within)
    way = pool if pool in ("class", "mean") else default
    read = {
        "patches": lambda: tokens[:, 1:].mean(dim=1),
        "last": lambda: tokens[:, -1],
        "second": lambda: tokens[:, 1],
        "max": lambda: tokens.amax(dim=1),
        "sum": lambda: tokens.sum(dim=1),
        "columns": lambda: tokens.mean(dim=2, keepdim=True).expand_as(tokens)[:, 0],
    }.get(pool, lambda: tokens.mean(dim=1) if way == "mean" else tokens[:, 0])()
    if "norm" in options:
        gain, shift = of_encoder["norm.weight"], of_encoder["norm.bias"]
        plain = options["norm"] == "1"
        read = F.layer_norm(
            read, gain.shape, None if plain else gain, None if plain else shift, 1e-6
        )
    made = linear(read, weights, "head", options)
    ending = options.get("end", "")
    return ENDINGS[ending][1](made) if ending else made
