"""What a forward pass takes on this machine, beside what you count by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from torch import nn

import findings
import ViT
from course.plots import COLOURS
from labs.cost import seconds
from labs.outcomes import ticks_at

ENOUGH = 0.2  # seconds


@dataclass(frozen=True)
class Row:
    """One patch size.

    Attributes:
        patch_size: in pixels.
        tokens: that the encoder reads.
        parameters: by your count.
        flops: of one image's forward pass, by your count.
        activations: that one image keeps for the backward pass, by your count.
        quadratic: share of the FLOPs that grows with the square of the number of tokens.
        milliseconds: of one image's forward pass, measured.
    """

    patch_size: int
    tokens: int
    parameters: int
    flops: int
    activations: int
    quadratic: float
    milliseconds: float


def by_patch_size(
    sizes: Mapping[str, Any], patch_sizes: Sequence[int], batch: int = 16
) -> list[Row]:
    """Count and measure the homework's ViT with patches of several sizes.

    Args:
        sizes: the ViT's other sizes.
        patch_sizes: a row for each.
        batch: images in a forward pass; the time is divided by it.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = []
    for patch_size in patch_sizes:
        chosen = {**sizes, "patch_size": patch_size}
        tokens = findings.count_tokens(sizes["image_size"], patch_size)
        flops = findings.count_flops(**chosen)
        model = ViT.ViT(**chosen).to(device).eval()
        side = sizes["image_size"]
        images = torch.randn(batch, sizes["in_channels"], side, side, device=device)
        rows.append(
            Row(
                patch_size,
                tokens,
                findings.count_parameters(**chosen),
                flops,
                findings.count_activations(**chosen),
                4 * sizes["num_layers"] * tokens**2 * sizes["embed_dim"] / flops,
                1000 * shortest(model, images) / batch,
            )
        )
    return rows


def shortest(model: nn.Module, images: torch.Tensor) -> float:
    """The seconds of one forward pass: the shortest of several, since others only add to it."""
    seconds(model, images)
    times: list[float] = []
    while len(times) < 3 or sum(times) < ENOUGH:
        times.append(seconds(model, images))
    return min(times)


def table(rows: Sequence[Row]) -> str:
    """A line for each patch size."""
    lines = [
        f"{'patch':>6}{'tokens':>8}{'parameters':>12}{'MFLOPs':>10}{'quadratic':>11}"
        f"{'activations':>13}{'ms an image':>13}{'GFLOPs/s':>10}"
    ]
    lines.append("-" * len(lines[0]))
    lines += [
        f"{row.patch_size:>6}{row.tokens:>8}{row.parameters:>12,}{row.flops / 1e6:>10,.1f}"
        f"{row.quadratic:>11.1%}{row.activations:>13,}{row.milliseconds:>13.3f}"
        f"{row.flops / row.milliseconds / 1e6:>10.1f}"
        for row in rows
    ]
    return "\n".join(lines)


def picture(rows: Sequence[Row]) -> Figure:
    """Measured time against counted FLOPs; the line is what it would be at one speed."""
    figure, axes = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
    flops = [row.flops / 1e6 for row in rows]
    fastest = max(rows, key=lambda row: row.flops / row.milliseconds)
    slope = fastest.milliseconds / (fastest.flops / 1e6)
    ends = [min(flops), max(flops)]
    axes.plot(
        ends,
        [slope * end for end in ends],
        ":",
        color="black",
        label="time in proportion to FLOPs,\nat the highest speed measured",
    )
    axes.plot(flops, [row.milliseconds for row in rows], "o-", color=COLOURS[0], label="measured")
    for row in rows:
        axes.annotate(
            f"{row.patch_size} x {row.patch_size}: {row.tokens} tokens",
            (row.flops / 1e6, row.milliseconds),
            xytext=(-8, 5),
            textcoords="offset points",
            ha="right",
            fontsize=9,
        )
    axes.set(xlabel="MFLOPs of one image, counted", ylabel="milliseconds of one image, measured")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    ticks_at(axes, sorted(flops))
    axes.set_xlim(left=min(flops) / 5)
    axes.margins(y=0.15)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9, loc="lower right")
    plt.close(figure)
    return figure
