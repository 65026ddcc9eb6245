"""Moves weights between your ViT and those of timm and torchvision, in both directions.

The three compute the same. They differ in their names; timm and torchvision keep query, key and
value in one tensor, and project the patches with a convolution.
"""

from collections import Counter, defaultdict
from math import isqrt
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course import presets
from course.checkpoints import WeightsError, fetch

Layout = Literal["timm", "torchvision"]
LAYOUTS: tuple[Layout, ...] = ("timm", "torchvision")
# Yours, timm's, torchvision's, and the weight's shape; a bias has its first length. * is weight
# and bias, QKV query, key and value in one; N: tokens, D: embed_dim, H: hidden_dim,
# P: patch_size, C: channels, K: classes.
NAMES = (
    ("class_token", "cls_token", "class_token", "1 1 D"),
    ("positions", "pos_embed", "encoder.pos_embedding", "1 N D"),
    ("projection.*", "patch_embed.proj.*", "conv_proj.*", "D C P P"),
    ("encoder.norm.*", "norm.*", "encoder.ln.*", "D"),
    ("head.*", "head.*", "heads.head.*", "K D"),
)
BLOCKS = ("encoder.blocks.", "blocks.", "encoder.layers.encoder_layer_")
BLOCK_NAMES = (
    ("norm1.*", "norm1.*", "ln_1.*", "D"),
    ("attention.QKV.*", "attn.qkv.*", "self_attention.in_proj_*", "3D D"),
    ("attention.out.*", "attn.proj.*", "self_attention.out_proj.*", "D D"),
    ("norm2.*", "norm2.*", "ln_2.*", "D"),
    ("mlp.fc1.*", "mlp.fc1.*", "mlp.0.*", "H D"),
    ("mlp.fc2.*", "mlp.fc2.*", "mlp.3.*", "D H"),
)
OLD_NAMES = {"mlp.linear_1.": "mlp.0.", "mlp.linear_2.": "mlp.3."}
HEADS: dict[Layout, tuple[str, ...]] = {
    "timm": ("head.", "pre_logits."),
    "torchvision": ("heads.",),
}
HEAD_DIM = 64
OTHER_HEADS = {1280: 16, 1408: 16, 1664: 16}  # embed_dim: heads, of ViT-Huge, -giant, -gigantic
SHOWN = 8
Shape = tuple[str, ...]
Table = dict[str, tuple[tuple[str, ...], Shape]]


def load(
    source: Path | str,
    image_size: int | tuple[int, int] | None = None,
    num_classes: int | None = None,
    num_heads: int | None = None,
    grid: tuple[int, int] | None = None,
    patch_embedding: str = "linear",
) -> nn.Module:
    """Your ViT, with weights that others trained.

    Its sizes follow from the weights' shapes. The number of heads does not: it is what timm says,
    or the usual one (a head has length 64; in ViT-Huge 80), or `num_heads`. Normalise images as
    the weights' authors did: with mean 0.5 and standard deviation 0.5 for timm's own ViTs and
    "jx_vit_base_p16_224-80ecf9dd.pth", with ImageNet's for torchvision's, DeiT's and DINO's.

    Args:
        source: a file (.pth, .safetensors), the name of one in `checkpoints.DOWNLOADS`, or a
            model's name in timm. Both timm's names and torchvision's are understood.
        image_size: of your images in pixels, one number or (height, width); None is that of the
            weights. For another one the positions are resized.
        num_classes: a number puts a new head, all zeros, in the place of the trained one; None
            keeps the trained one.
        num_heads: where it is not the usual one.
        grid: rows and columns of the patches that the weights know, where they are no square.
        patch_embedding: "linear" or "convolution"; the two compute the same.

    Raises:
        WeightsError: where the weights cannot be had, or do not fit; the message lists what is
            missing, unexpected, or of another shape.
        ValueError: where patches do not fill an image of this size.

    Source: Dosovitskiy et al. 2021, section 3.2; sizes: table 1.
    """
    tensors, told_heads = fetch(source)
    title = Path(source).name
    layout = _layout(tensors, title)
    for old, new in OLD_NAMES.items():
        tensors = {name.replace(old, new): value for name, value in tensors.items()}
    if num_classes is not None:
        tensors = {n: value for n, value in tensors.items() if not n.startswith(HEADS[layout])}
    num_layers = _count_blocks(tensors, layout)
    table = _table(layout, num_layers, head=num_classes is None)
    sizes = _check(tensors, table, title)

    grid = grid or (isqrt(sizes["N"] - 1),) * 2
    if grid[0] * grid[1] != sizes["N"] - 1:
        raise WeightsError(
            f"{title} has positions for the class token and {sizes['N'] - 1} patches; that is not "
            f"{grid[0]} x {grid[1]}: give the right grid=(rows, columns)."
        )
    patch_size = sizes["P"]
    image_size = image_size or (grid[0] * patch_size, grid[1] * patch_size)
    config = {
        "image_size": image_size,
        "patch_size": patch_size,
        "in_channels": sizes["C"],
        "num_classes": num_classes or sizes["K"],
        "embed_dim": sizes["D"],
        "hidden_dim": sizes["H"],
        "num_layers": num_layers,
        "num_heads": num_heads or told_heads or _usual_heads(sizes["D"], title),
        "patch_embedding": patch_embedding,
    }
    model: Any = presets.build("vit", config)
    if num_classes is not None:
        replace_head(model, num_classes)
    state = model.state_dict()
    for theirs, (yours, _) in table.items():
        state.update(zip(yours, tensors[theirs].chunk(len(yours)), strict=True))
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    new_grid = (height // patch_size, width // patch_size)
    state["positions"] = resize_positions(state["positions"], grid, new_grid)
    state["projection.weight"] = state["projection.weight"].reshape(model.projection.weight.shape)
    model.load_state_dict(state)
    return model


def export(model: nn.Module, layout: Layout = "timm") -> dict[str, Tensor]:
    """Your ViT's weights under timm's or torchvision's names: the other direction.

    Args:
        model: a ViT with a class token and positions.
        layout: "timm" or "torchvision".

    Returns:
        Copies, ready for the `load_state_dict` of a VisionTransformer of the same sizes.

    Raises:
        ValueError: where the layout is unknown, or the model has no class token or no positions,
            which theirs always have.
    """
    if layout not in LAYOUTS:
        raise ValueError(f'layout is "timm" or "torchvision", not "{layout}"')
    state = {name: value.detach() for name, value in model.state_dict().items()}
    for name in ("class_token", "positions"):
        if name not in state:
            raise ValueError(f"{layout}'s ViT has a {name}, and this model has none")
    blocks: Any = model.get_submodule("encoder.blocks")
    patch_size: Any = model.patch_size
    table = _table(layout, len(blocks))
    theirs = {name: torch.cat([state[y] for y in yours]) for name, (yours, _) in table.items()}
    projection = NAMES[2][1 + LAYOUTS.index(layout)].replace("*", "weight")
    weight = theirs[projection]
    theirs[projection] = weight.reshape(len(weight), -1, patch_size, patch_size)
    return theirs


def resize_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Positions for a finer or coarser grid of patches: bicubic, in two dimensions.

    The class token's position stays as it is. Where the grid shrinks, the image of positions is
    smoothed first, as timm does.

    Args:
        positions: (1, 1 + rows * columns, embed_dim), the class token's first.
        old: rows and columns they belong to.
        new: rows and columns wanted.

    Returns:
        (1, 1 + new rows * new columns, embed_dim).

    Source: Dosovitskiy et al. 2021, section 3.2.
    """
    if old == new:
        return positions
    image = positions[:, 1:].mT.unflatten(2, old).float()
    resized = F.interpolate(image, size=new, mode="bicubic", antialias=True)
    return torch.cat([positions[:, :1], resized.flatten(2).mT.to(positions.dtype)], dim=1)


def replace_head(model: nn.Module, num_classes: int) -> None:
    """Put a new head in the place of the old one: D x K, all zeros.

    Args:
        model: its `head` is a Linear(embed_dim, classes) before and after.
        num_classes: K.

    Source: Dosovitskiy et al. 2021, section 3.2.
    """
    old = model.get_submodule("head")
    assert isinstance(old, nn.Linear)
    head = nn.Linear(old.in_features, num_classes).to(old.weight)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    model.head = head


def _layout(tensors: dict[str, Tensor], title: str) -> Layout:
    for layout in LAYOUTS:
        if _count_blocks(tensors, layout):
            return layout
    raise WeightsError(
        f"{title} holds no ViT with the names of timm or torchvision: no name begins with "
        f'"{BLOCKS[1]}0." or "{BLOCKS[2]}0.". It has {_listed(list(tensors))}.'
    )


def _count_blocks(tensors: dict[str, Tensor], layout: Layout) -> int:
    start = BLOCKS[1 + LAYOUTS.index(layout)]
    return len({n.removeprefix(start).split(".")[0] for n in tensors if n.startswith(start)})


def _usual_heads(embed_dim: int, title: str) -> int:
    if embed_dim in OTHER_HEADS:
        return OTHER_HEADS[embed_dim]
    if embed_dim % HEAD_DIM:
        raise WeightsError(
            f"{title} has embed_dim {embed_dim}, which heads of length {HEAD_DIM} do not divide: "
            "give num_heads."
        )
    return embed_dim // HEAD_DIM


def _table(layout: Layout, num_layers: int, head: bool = True) -> Table:
    """Each of their names with yours (three where they keep query, key and value in one)."""
    column = 1 + LAYOUTS.index(layout)
    rows = [row for row in NAMES if head or row[0] != "head.*"]
    for number in range(num_layers):
        starts = [f"{blocks}{number}." for blocks in BLOCKS]
        rows += [
            (starts[0] + yours, starts[1] + timm, starts[2] + torchvision, shape)
            for yours, timm, torchvision, shape in BLOCK_NAMES
        ]
    table = {}
    for row in rows:
        for kind in ("weight", "bias") if "*" in row[0] else ("",):
            yours, theirs = row[0].replace("*", kind), row[column].replace("*", kind)
            parts = ("query", "key", "value") if "QKV" in yours else ("",)
            shape = row[3].split()[: 1 if kind == "bias" else None]
            table[theirs] = tuple(yours.replace("QKV", part) for part in parts), tuple(shape)
    return table


def _check(tensors: dict[str, Tensor], table: Table, title: str) -> dict[str, int]:
    """The sizes that most of the tensors agree on.

    Raises:
        WeightsError: where a tensor is missing, is unexpected, or disagrees with the others.
    """
    there = {name: shape for name, (_, shape) in table.items() if name in tensors}
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for name, shape in there.items():
        if len(shape) == tensors[name].ndim:
            for letter, length in zip(shape, tensors[name].shape, strict=True):
                votes[letter][length] += 1
    sizes = {letter: counter.most_common(1)[0][0] for letter, counter in votes.items()}
    sizes |= {"1": 1, "3D": 3 * sizes.get("D", 0)}
    misshapen = []
    for name, shape in there.items():
        found = tuple(tensors[name].shape)
        expected = tuple(sizes.get(letter, letter) for letter in shape)
        if found != expected:
            misshapen.append(f"{name} is {_brackets(found)} and not {_brackets(expected)}")
    problems = {
        "missing": [name for name in table if name not in tensors],
        "unexpected": [name for name in tensors if name not in table],
        "of another shape": misshapen,
    }
    lines = [f"  {kind}: {_listed(names)}" for kind, names in problems.items() if names]
    if not lines:
        return sizes
    heads = [name for layout in LAYOUTS for name in HEADS[layout]]
    everything = [*problems["missing"], *problems["unexpected"], *misshapen]
    if all(name.startswith(tuple(heads)) for name in everything):
        lines.append("  Only the head does not fit: num_classes=... gives you a new one.")
    raise WeightsError("\n".join([f"{title} does not fit your ViT:", *lines]))


def _brackets(shape: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
