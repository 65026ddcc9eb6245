"""Moves weights between your ViT and those of timm and torchvision, in both directions.

The three compute the same. They differ in their names; timm and torchvision keep query, key and
value in one tensor, and project the patches with a convolution. Weights that you saved yourself
are taken, too.
"""

import importlib
from math import isqrt
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course import handin, layouts, presets
from course.checkpoints import WeightsError, fetch
from course.layouts import LAYOUTS, Layout

Grid = tuple[int, int]


def load(
    source: Path | str,
    image_size: int | tuple[int, int] | None = None,
    num_classes: int | None = None,
    num_heads: int | None = None,
    grid: tuple[int, int] | None = None,
    patch_embedding: str = "linear",
) -> nn.Module:
    """Your ViT, with weights that others trained.

    The sizes of timm's and torchvision's follow from the weights' shapes. The number of heads does
    not: it is what timm says, or the usual one (a head has length 64; in ViT-Huge 80), or
    `num_heads`. Normalise images as the weights' authors did: with mean 0.5 and standard deviation
    0.5 for timm's own ViTs and "jx_vit_base_p16_224-80ecf9dd.pth", with ImageNet's for
    torchvision's, DeiT's and DINO's. What `handin.save_weights` wrote knows all of that
    (`handin.load_config`).

    Args:
        source: a file (.pth, .safetensors), the name of one in `checkpoints.DOWNLOADS`, or a
            model's name in timm. timm's names and torchvision's are understood, and yours in what
            `handin.save_weights` wrote.
        image_size: of your images in pixels, one number or (height, width); None is that of the
            weights. For another one, learned positions are resized by your
            `transfer.resize_positions`.
        num_classes: a number puts a new head, all zeros, in the place of the trained one; None
            keeps the trained one.
        num_heads: where it is not the usual one.
        grid: rows and columns of the patches that the weights know, where they are no square.
        patch_embedding: "linear" or "convolution"; the two compute the same.

    Raises:
        WeightsError: where the weights cannot be had, or do not fit (the message lists what is
            missing, unexpected, or of another shape), or where the positions need a resizing that
            is not written yet.
        ValueError: where patches do not fill an image of this size.

    Source: Dosovitskiy et al. 2021, section 3.2; sizes: table 1.
    """
    config, state = _own(Path(source)) or _theirs(source, num_classes is None, num_heads, grid)
    old_grid = _grid(config)
    config["patch_embedding"] = patch_embedding
    config["image_size"] = image_size or config["image_size"]
    config["num_classes"] = num_classes or config["num_classes"]
    model: Any = presets.build("vit", config)
    if num_classes is not None:
        replace_head(model, num_classes)
        state = {name: value for name, value in state.items() if not name.startswith("head.")}
    if config.get("positions", "learned") == "learned":
        has_class_token = model.class_token is not None
        state["positions"] = _resized(state["positions"], old_grid, _grid(config), has_class_token)
    else:
        state.pop("positions", None)  # the model has computed its own
    state["projection.weight"] = state["projection.weight"].reshape(model.projection.weight.shape)
    model.load_state_dict(model.state_dict() | state)
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
    table = layouts.table_of(layout, len(blocks))
    theirs = {name: torch.cat([state[y] for y in yours]) for name, (yours, _) in table.items()}
    projection = layouts.NAMES[2][1 + LAYOUTS.index(layout)].replace("*", "weight")
    weight = theirs[projection]
    theirs[projection] = weight.reshape(len(weight), -1, patch_size, patch_size)
    return theirs


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


def _own(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """Configuration and weights of a file that `handin.save_weights` wrote; None for another."""
    try:
        facts = handin.load_config(path)
    except (ValueError, OSError):
        return None
    if facts["kind"] != "vit":
        raise WeightsError(f'{path.name} holds a model of kind "{facts["kind"]}": give a ViT.')
    tensors, _ = fetch(path)
    try:
        expected = presets.build("vit", facts["config"]).state_dict()
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{path.name} does not describe a ViT: {error}.") from error
    layouts.check_shapes(tensors, expected, path.name)
    return dict(facts["config"]), tensors


def _theirs(
    source: Path | str, head: bool, num_heads: int | None, grid: Grid | None
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The configuration that follows from timm's or torchvision's weights, and these as yours."""
    tensors, told_heads = fetch(source)
    title = Path(source).name
    layout = layouts.layout_of(tensors, title)
    for old, new in layouts.OLD_NAMES.items():
        tensors = {name.replace(old, new): value for name, value in tensors.items()}
    if not head:
        unwanted = layouts.HEADS[layout]
        tensors = {n: value for n, value in tensors.items() if not n.startswith(unwanted)}
    num_layers = layouts.count_blocks(tensors, layout)
    table = layouts.table_of(layout, num_layers, head)
    sizes = layouts.check_sizes(tensors, table, title)
    grid = grid or (isqrt(sizes["N"] - 1),) * 2
    if grid[0] * grid[1] != sizes["N"] - 1:
        raise WeightsError(
            f"{title} has positions for the class token and {sizes['N'] - 1} patches; that is not "
            f"{grid[0]} x {grid[1]}: give the right grid=(rows, columns)."
        )
    config = {
        "image_size": (grid[0] * sizes["P"], grid[1] * sizes["P"]),
        "patch_size": sizes["P"],
        "in_channels": sizes["C"],
        "num_classes": sizes.get("K", 0),
        "embed_dim": sizes["D"],
        "hidden_dim": sizes["H"],
        "num_layers": num_layers,
        "num_heads": num_heads or told_heads or layouts.usual_heads(sizes["D"], title),
    }
    state: dict[str, Tensor] = {}
    for theirs, (yours, _) in table.items():
        state.update(zip(yours, tensors[theirs].chunk(len(yours)), strict=True))
    return config, state


def _grid(config: dict[str, Any]) -> Grid:
    """Rows and columns of the patches."""
    size, patch = config["image_size"], config["patch_size"]
    height, width = (size, size) if isinstance(size, int) else size
    return height // patch, width // patch


def _resized(positions: Tensor, old: Grid, new: Grid, class_token: bool) -> Tensor:
    """The positions for another grid, by the student's function.

    Raises:
        WeightsError: where it is not written yet, or gives another shape.
    """
    if old == new:
        return positions
    try:
        transfer = importlib.import_module("transfer")
        resized = transfer.resize_positions(positions.float(), old, new, class_token)
    except (ModuleNotFoundError, NotImplementedError) as error:
        raise WeightsError(
            f"The weights have positions for {old[0]} x {old[1]} patches, your images have "
            f"{new[0]} x {new[1]}. Resizing them is the work of resize_positions in transfer.py "
            "(lab-transfer, stage resizing): write it first, with the file beside the notebook."
        ) from error
    expected = (1, int(class_token) + new[0] * new[1], positions.shape[2])
    if tuple(resized.shape) != expected:
        raise WeightsError(
            f"Your resize_positions gave positions of shape {tuple(resized.shape)}, but {expected} "
            'are needed: check("resizing") says more.'
        )
    return resized
