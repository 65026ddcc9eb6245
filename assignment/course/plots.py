"""Pictures: the data, the patches, the augmentations, the curves, the confusions.

Colours are those of Okabe and Ito, which colour-blind people tell apart; lines differ in
style and marker as well, and the confusion matrix has its numbers written in.

    python -m course.plots vit.json resnet.json --output curves.png

draws the curves of saved histories.
"""

import argparse
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from torch import Tensor
from torch.nn import functional as F

from course.datasets import ImageData
from course.history import History, Settings
from course.recipes import rate

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")


def examples(data: ImageData, per_class: int = 10) -> Figure:
    """Some training images of each class, a row for each class."""
    rows = len(data.classes)
    figure, grid = plt.subplots(
        rows, per_class, figsize=(0.7 * per_class + 1.6, 0.7 * rows + 0.4), squeeze=False
    )
    for label, (name, row) in enumerate(zip(data.classes, grid, strict=True)):
        images = data.train_images[data.train_labels == label][:per_class]
        for axes, image in zip(row, images, strict=False):
            show(axes, image)
        for axes in row:
            axes.set_axis_off()
        row[0].text(
            -0.15, 0.5, name, transform=row[0].transAxes, ha="right", va="center", fontsize=11
        )
    figure.suptitle(f"Training images of {data.name}", fontsize=11)
    return finish(figure)


def patches(
    image: Tensor, patches: Tensor, patch_size: int, restored: Tensor | None = None
) -> Figure:
    """An image, its patches with gaps between them, and (if given) the image put together again.

    Args:
        image: (channels, height, width), uint8, or floating from 0 to 1.
        patches: (patches, channels * patch_size**2), as `ViT.images_to_patches` gives them for
            one image.
        patch_size: height and width of a patch, in pixels.
        restored: (channels, height, width), as `ViT.patches_to_images` gives it.

    Raises:
        ValueError: where the patches are not those of such an image.
    """
    channels, height, width = image.shape
    rows, columns = height // patch_size, width // patch_size
    expected = (rows * columns, channels * patch_size**2)
    if tuple(patches.shape) != expected:
        raise ValueError(
            f"expected patches of shape {expected} for an image {tuple(image.shape)} with "
            f"patch_size {patch_size}, got {tuple(patches.shape)}"
        )
    count = 2 if restored is None else 3
    figure, panels = plt.subplots(1, count, figsize=(3.6 * count, 3.9))
    show(panels[0], image)
    panels[0].set_title(f"the image, {height} x {width}")
    show(panels[1], spread(patches, patch_size, rows, columns))
    panels[1].set_title(f"{rows * columns} patches of {patch_size} x {patch_size}")
    if restored is not None:
        show(panels[2], restored)
        panels[2].set_title("put together again")
    return finish(figure)


def spread(patches: Tensor, patch_size: int, rows: int, columns: int) -> Tensor:
    """Patches (patches, channels * patch_size**2) on a white image, a pixel apart."""
    white = 1.0 if patches.is_floating_point() else 255
    parts = patches.detach().reshape(rows, columns, -1, patch_size, patch_size)
    parts = F.pad(parts, (0, 1, 0, 1), value=white)
    picture = parts.permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)
    return picture[:, :-1, :-1]


def augmentations(versions: Mapping[str, Tensor]) -> Figure:
    """The same images in several versions, a row for each.

    Args:
        versions: name to images (count, channels, height, width), such as
            {"original": images, "flipped": utils.random_horizontal_flip(images, 1.0)}.
    """
    columns = max(len(images) for images in versions.values())
    figure, grid = plt.subplots(
        len(versions), columns, figsize=(columns + 1.6, len(versions) + 0.2), squeeze=False
    )
    for (name, images), row in zip(versions.items(), grid, strict=True):
        for axes, image in zip(row, images, strict=False):
            show(axes, image)
        for axes in row:
            axes.set_axis_off()
        row[0].text(
            -0.1, 0.5, name, transform=row[0].transAxes, ha="right", va="center", fontsize=11
        )
    return finish(figure)


def curves(histories: Mapping[str, History], by: Literal["epoch", "seconds"] = "epoch") -> Figure:
    """Loss and accuracy: training dashed, validation solid, the kept weights ringed.

    Up to two models have their legend in the picture, and their kept accuracy beside the ring.

    Args:
        histories: name of the model to what `training.train` returned.
        by: "epoch", or the "seconds" of training until then: what one pays for an epoch
            differs from model to model.
    """
    crowded = len(histories) > 2
    figure, (losses, accuracies) = plt.subplots(1, 2, figsize=(11, 4.8 if crowded else 4.2))
    for index, (name, history) in enumerate(histories.items()):
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        along = [row[by] for row in history.rows]
        for axes, quantity in ((losses, "loss"), (accuracies, "accuracy")):
            for part, style, fill in (("train", "--", "white"), ("validation", "-", colour)):
                axes.plot(
                    along,
                    [row[f"{part}_{quantity}"] for row in history.rows],
                    style,
                    color=colour,
                    marker=marker,
                    markerfacecolor=fill,
                    markersize=5,
                    markevery=max(1, len(along) // 15),
                    label=f"{name}, {'training' if part == 'train' else part}",
                )
        if history.kept_epoch:
            ring(accuracies, history.rows[history.kept_epoch - 1], by, named=not crowded)
    for axes, title in ((losses, "Cross entropy"), (accuracies, "Accuracy")):
        axes.set_title(title)
        axes.set_xlabel("epoch" if by == "epoch" else "seconds of training")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
        if not crowded:
            axes.legend(fontsize=9)
    accuracies.margins(y=0.12)
    accuracies.yaxis.set_major_formatter(PercentFormatter(1))
    if crowded:
        lines = losses.get_legend_handles_labels()
        figure.set_layout_engine("constrained")
        figure.legend(*lines, loc="outside lower center", ncols=len(histories), fontsize=9)
        plt.close(figure)
        return figure
    return finish(figure)


def ring(axes: Axes, row: Mapping[str, float], by: str, named: bool) -> None:
    """Mark the epoch whose weights were kept, if wanted with its validation accuracy."""
    place = (row[by], row["validation_accuracy"])
    axes.plot(*place, "o", color="black", markersize=13, fillstyle="none")
    if not named:
        return
    axes.annotate(
        f"{place[1]:.1%}",
        place,
        xytext=(0, 10),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": "none", "pad": 0.1},
    )


def schedule(settings: Mapping[str, Settings], steps_per_epoch: int = 100) -> Figure:
    """The learning rate over the epochs, for each settings by its name."""
    figure, axes = plt.subplots(figsize=(6, 3.4))
    styles = ("-", "--", "-.", ":")
    for index, (name, chosen) in enumerate(settings.items()):
        steps = range(math.ceil(chosen.epochs * steps_per_epoch) + 1)
        rates = [chosen.learning_rate * rate(step, chosen, steps_per_epoch) for step in steps]
        axes.plot(
            [step / steps_per_epoch for step in steps],
            rates,
            styles[index % len(styles)],
            color=COLOURS[index % len(COLOURS)],
            linewidth=2,
            label=name,
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel("learning rate")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)
    return finish(figure)


def confusion_matrix(labels: Tensor, predictions: Tensor, classes: tuple[str, ...]) -> Figure:
    """How often each class was taken for each other.

    Args:
        labels: int64 (count,), the true classes.
        predictions: int64 (count,); `training.predict(model, loader)[0].argmax(dim=1)`.
        classes: their names.
    """
    size = len(classes)
    pairs = labels.cpu() * size + predictions.cpu()
    counts = torch.bincount(pairs, minlength=size**2).reshape(size, size).numpy()
    share = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    figure, axes = plt.subplots(figsize=(0.6 * size + 2.2, 0.6 * size + 1.6))
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row in range(size):
        for column in range(size):
            axes.text(
                column,
                row,
                f"{counts[row, column]}",
                ha="center",
                va="center",
                fontsize=9,
                color="white" if share[row, column] > 0.5 else "black",
            )
    axes.set_xticks(range(size), classes, rotation=45, ha="right")
    axes.set_yticks(range(size), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(f"{counts.trace() / max(counts.sum(), 1):.1%} of {counts.sum():,} right")
    return finish(figure)


def show(axes: Axes, image: Tensor) -> None:
    """Draw one image (channels, height, width) without ticks."""
    axes.imshow(image.detach().cpu().permute(1, 2, 0).numpy(), interpolation="nearest")
    axes.set_axis_off()


def finish(figure: Figure) -> Figure:
    """Lay it out, and take it from pyplot, so that a notebook shows it once."""
    figure.tight_layout()
    plt.close(figure)
    return figure


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m course.plots", description="Draw the curves of saved histories."
    )
    parser.add_argument("histories", nargs="+", type=Path, metavar="HISTORY.json")
    parser.add_argument("--by", choices=("epoch", "seconds"), default="epoch")
    parser.add_argument("--output", type=Path, default=Path("curves.png"), metavar="PICTURE.png")
    options = parser.parse_args()
    histories = {path.stem: History.load(path) for path in options.histories}
    curves(histories, options.by).savefig(options.output, dpi=150)


if __name__ == "__main__":
    main()
