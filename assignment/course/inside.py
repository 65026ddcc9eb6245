"""Pictures of a trained model: what it gets wrong, what its first layer and positions learnt."""

from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from course.plots import show
from course.recipes import principal_directions

CONSTRAINED: dict[str, Any] = {"layout": "constrained"}


def misclassified(
    images: Tensor, labels: Tensor, logits: Tensor, classes: tuple[str, ...], count: int = 12
) -> Figure:
    """The mistakes that the model is surest of, the surest first.

    Args:
        images: uint8 (images, channels, height, width).
        labels: int64 (images,), the true classes.
        logits: (images, classes), such as `training.predict(model, loader)[0]`.
        classes: their names.
        count: how many at most.
    """
    certainty, predicted = logits.softmax(dim=1).cpu().max(dim=1)
    labels = labels.cpu()
    wrong = (predicted != labels).nonzero().flatten()
    chosen = wrong[certainty[wrong].argsort(descending=True)][:count].tolist()
    columns = min(6, max(1, len(chosen)))
    rows = max(1, -(-len(chosen) // columns))
    figure, grid = plt.subplots(
        rows, columns, figsize=(1.9 * columns, 2.6 * rows + 0.4), squeeze=False, **CONSTRAINED
    )
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, index in zip(grid.flat, chosen, strict=False):
        show(axes, images[index])
        taken, true = classes[predicted[index]], classes[labels[index]]
        axes.set_title(f"{true},\ntaken for {taken}\n({certainty[index]:.0%} sure)", fontsize=9)
    figure.suptitle(f"{len(wrong):,} of {len(labels):,} images are misclassified", fontsize=11)
    plt.close(figure)
    return figure


def filters(weight: Tensor, images: Tensor, patch_size: int, count: int = 16) -> Figure:
    """The patch projection's strongest filters above the data's own principal directions.

    Args:
        weight: `model.projection.weight`, (embed_dim, channels * patch_size**2) or
            (embed_dim, channels, patch_size, patch_size).
        images: (images, channels, height, width) as the model sees them, normalised.
        patch_size: of the model.
        count: how many of each.
    """
    weight = weight.detach().cpu().float().flatten(1)
    strongest = weight[weight.norm(dim=1).argsort(descending=True)][:count]
    directions = principal_directions(images.cpu(), patch_size)[0][:count]
    figure = plt.figure(figsize=(0.62 * count + 0.2, 2.3), **CONSTRAINED)
    titles = ("learnt filters, the longest first", "principal directions of the patches")
    halves = figure.subfigures(2, 1, squeeze=False)[:, 0]
    for half, vectors, title in zip(halves, (strongest, directions), titles, strict=True):
        half.suptitle(title, x=0.01, ha="left", fontsize=10)
        for axes, vector in zip(half.subplots(1, count, squeeze=False)[0], vectors, strict=True):
            picture = vector.view(-1, patch_size, patch_size)
            show(axes, (picture / picture.abs().max() + 1) / 2)
    plt.close(figure)
    return figure


def position_similarity(positions: Tensor, rows: int, columns: int) -> Figure:
    """Each patch's position beside all others: a map of cosine similarities for each patch.

    Args:
        positions: `model.positions`, (1, tokens, embed_dim); a class token's is left out.
        rows: patches from top to bottom.
        columns: patches from left to right.

    Source: Dosovitskiy et al. 2021, figure 7, centre.
    """
    vectors = F.normalize(positions.detach().cpu().float()[0, -rows * columns :], dim=1)
    similarity = (vectors @ vectors.T).view(rows, columns, rows, columns)
    lowest = similarity.min().item()
    figure, grid = plt.subplots(
        rows, columns, figsize=(0.6 * columns + 2.2, 0.6 * rows + 1.2), squeeze=False, **CONSTRAINED
    )
    for row in range(rows):
        for column in range(columns):
            axes = grid[row, column]
            axes.imshow(similarity[row, column], cmap="cividis", vmin=lowest, vmax=1)
            axes.set_xticks([])
            axes.set_yticks([])
            if column == 0:
                axes.set_ylabel(str(row + 1), rotation=0, ha="right", va="center", fontsize=8)
            if row == rows - 1:
                axes.set_xlabel(str(column + 1), fontsize=8)
    figure.suptitle("Cosine similarity of the positions,\na map for each patch", fontsize=11)
    figure.supylabel("row of the patch", fontsize=9)
    figure.supxlabel("column of the patch", fontsize=9)
    figure.colorbar(grid[0, 0].images[0], ax=grid.ravel().tolist(), fraction=0.04)
    plt.close(figure)
    return figure
