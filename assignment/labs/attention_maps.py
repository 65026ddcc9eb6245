"""What a ViT looks at: its attention weights, gathered and drawn.

A map is a grid of numbers, one for each patch: how much of one token's attention it gets.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from course.plots import COLOURS, show

CONSTRAINED: dict[str, Any] = {"layout": "constrained"}
Grid = tuple[int, int]
BRIGHT = 0.95  # so many patches are darker than those that are shown in full light


@torch.no_grad()
def collect(model: nn.Module, images: Tensor) -> Tensor:
    """The attention weights of every layer, in eval mode.

    Args:
        model: your ViT, whatever its weights are.
        images: (batch, channels, height, width), normalised.

    Returns:
        (layers, batch, heads, tokens, tokens), on the CPU.
    """
    blocks: Any = model.get_submodule("encoder.blocks")
    found: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        found.append(module.forward(inputs[0], return_weights=True)[1].cpu())

    handles = [block.attention.register_forward_hook(keep) for block in blocks]
    try:
        model.eval()(images.to(next(model.parameters()).device))
    finally:
        for handle in handles:
            handle.remove()
    return torch.stack(found)


def grid_of(model: Any, images: Tensor) -> Grid:
    """Rows and columns of the patches that the model makes of these images."""
    return images.shape[-2] // model.patch_size, images.shape[-1] // model.patch_size


def attended(weights: Tensor, grid: Grid, marked: int | None = None) -> Tensor:
    """How much of one token's attention each patch gets.

    Args:
        weights: (..., tokens, tokens); more tokens than patches mean that a class token is first.
        grid: rows and columns of the patches.
        marked: a patch's number; None is the class token, or, where there is none, the mean over
            all patches.

    Returns:
        (..., rows, columns); with a class token it adds up to less than one.
    """
    first = weights.shape[-1] - grid[0] * grid[1]
    if marked is None:
        rows = weights[..., 0, :] if first else weights.mean(dim=-2)
    else:
        rows = weights[..., first + marked, :]
    return rows[..., first:].unflatten(-1, grid)


def heads(image: Tensor, weights: Tensor, grid: Grid, marked: int | None = None) -> Figure:
    """An image, and the map of every head of every layer: a row for each layer.

    Each map has its own scale, from no attention to the most that a patch gets.

    Args:
        image: (channels, height, width), uint8 or from 0 to 1.
        weights: (layers, heads, tokens, tokens), of this image.
        grid: rows and columns of the patches.
        marked: as in `attended`.
    """
    layers, count = weights.shape[:2]
    maps = attended(weights, grid, marked)
    figure = plt.figure(figsize=(1.15 * count + 3.2, max(2.6, 1.15 * layers + 0.6)), **CONSTRAINED)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(2.6, 1.15 * count + 0.6))[0]
    picture(left.subplots(), image, grid, marked)
    cells = right.subplots(layers, count, squeeze=False)
    for layer in range(layers):
        for head in range(count):
            axes = cells[layer, head]
            axes.imshow(maps[layer, head].numpy(), cmap="cividis", vmin=0)
            axes.set_xticks([])
            axes.set_yticks([])
            if head == 0:
                axes.set_ylabel(f"layer {layer + 1}", fontsize=9)
            if layer == 0:
                axes.set_title(f"head {head + 1}", fontsize=9)
    plt.close(figure)
    return figure


def one_head(
    image: Tensor, weights: Tensor, grid: Grid, layer: int, head: int, marked: int | None = None
) -> Figure:
    """An image, the map of one head, and the image as bright as it is looked at.

    Args:
        image, weights, grid, marked: as in `heads`.
        layer, head: counted from 1.
    """
    chosen = attended(weights[layer - 1, head - 1], grid, marked)
    return three(image, chosen, grid, f"layer {layer}, head {head}", marked)


def rollouts(images: Sequence[Tensor], rolled: Tensor, grid: Grid) -> Figure:
    """Images, their rollout, and the images as bright as they are looked at, a row for each.

    Args:
        images: each (channels, height, width), uint8 or from 0 to 1.
        rolled: (images, tokens, tokens), what your `transfer.attention_rollout` gives.
        grid: rows and columns of the patches.

    Source: Dosovitskiy et al. 2021, figure 6 and appendix D.8.
    """
    figure = plt.figure(figsize=(8.4, 2.8 * len(images)), **CONSTRAINED)
    rows = figure.subfigures(len(images), 1, squeeze=False)[:, 0]
    for row, image, each in zip(rows, images, attended(rolled, grid), strict=True):
        draw_three(row.subplots(1, 3), image, each, grid, "rollout")
    plt.close(figure)
    return figure


def three(image: Tensor, chosen: Tensor, grid: Grid, title: str, marked: int | None) -> Figure:
    """One such row by itself."""
    figure, axes = plt.subplots(1, 3, figsize=(8.4, 2.9), **CONSTRAINED)
    draw_three(axes, image, chosen, grid, title, marked)
    plt.close(figure)
    return figure


def draw_three(
    axes: Sequence[Axes],
    image: Tensor,
    chosen: Tensor,
    grid: Grid,
    title: str,
    marked: int | None = None,
) -> None:
    """The image, the map (rows, columns) with its scale, and the image under it."""
    picture(axes[0], image, grid, marked)
    shown = axes[1].imshow(chosen.numpy(), cmap="cividis", vmin=0)
    axes[1].set_axis_off()
    axes[1].set_title(title, fontsize=10)
    bar = axes[1].figure.colorbar(shown, ax=axes[1], fraction=0.046)
    bar.set_label("share of the attention", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    plain = unit(image)
    size = plain.shape[-2:]
    light = nn.functional.interpolate(chosen[None, None].float(), size, mode="bilinear")[0]
    bright = (light / chosen.float().quantile(BRIGHT)).clamp(max=1)
    show(axes[2], plain * (0.15 + 0.85 * bright))
    axes[2].set_title("bright where it is looked at", fontsize=10)


def distances(values: Mapping[str, Tensor], even: float, width: int) -> Figure:
    """The mean attention distance of every head, layer by layer, for each model by its name.

    Args:
        values: (layers, heads), in pixels, of each model.
        even: the distance of a head that looks at all patches alike.
        width: of the images, in pixels.

    Source: Dosovitskiy et al. 2021, figure 7, right.
    """
    figure, panels = plt.subplots(
        1, len(values), figsize=(4.6 * len(values), 3.8), squeeze=False, sharey=True, **CONSTRAINED
    )
    for axes, (name, found) in zip(panels[0], values.items(), strict=True):
        depth = list(range(1, len(found) + 1))
        for head, each in enumerate(found.T):
            label = "a head" if head == 0 else None
            axes.plot(depth, each.numpy(), "o", color=COLOURS[0], alpha=0.6, label=label)
        axes.plot(
            depth, found.mean(dim=1).numpy(), "-", color=COLOURS[1], label="mean over the heads"
        )
        axes.axhline(even, color="black", linestyle=":", label="all patches looked at alike")
        axes.set_title(name, fontsize=11)
        axes.set_xticks(depth)
        axes.set_xlabel("layer")
        axes.grid(alpha=0.3)
    highest = max(even, *(found.max().item() for found in values.values()))
    panels[0, 0].set_ylim(0, 1.1 * highest)
    panels[0, 0].set_ylabel(f"mean attention distance in pixels\n(the image is {width} wide)")
    panels[0, 0].legend(fontsize=9, loc="lower right")
    plt.close(figure)
    return figure


def picture(axes: Axes, image: Tensor, grid: Grid, marked: int | None) -> None:
    """The image, the marked patch framed."""
    show(axes, unit(image))
    title = "the image" if marked is None else f"the image, patch {marked} marked"
    axes.set_title(title, fontsize=10)
    if marked is not None:
        height, width = image.shape[-2] / grid[0], image.shape[-1] / grid[1]
        row, column = divmod(marked, grid[1])
        corner = (column * width - 0.5, row * height - 0.5)
        for colour, line in (("black", 4), ("white", 2)):
            axes.add_patch(
                Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=line)
            )


def unit(image: Tensor) -> Tensor:
    """The image with numbers from 0 to 1."""
    return image.cpu() if image.is_floating_point() else image.cpu() / 255
