"""What a study of variants gave: a table, the curves, accuracy against a number."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Self

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator, PercentFormatter

from course.history import History
from course.plots import COLOURS, MARKERS, finish

STYLES = ("-", "--", "-.", ":")
ROOM = 1.25  # between ticks: how many times the one before


@dataclass(frozen=True)
class Outcome:
    """One variant, trained once.

    Attributes:
        variant: its name.
        seed: of weights, order of the images, augmentation and dropout.
        parameters: how many numbers are learnt.
        flops: of one image's way forward; a multiplication and an addition are two.
        seconds: spent on training, without the validation.
        test_accuracy: from 0 to 1.
        test_loss: cross entropy.
        history: of the training.
    """

    variant: str
    seed: int
    parameters: int
    flops: int
    seconds: float
    test_accuracy: float
    test_loss: float
    history: History

    def facts(self) -> dict[str, Any]:
        """Everything but the weights, in plain types."""
        return asdict(replace(self, history=replace(self.history, weights={})))

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """The outcome with these `facts`."""
        return cls(**{**facts, "history": History.of(facts["history"])})


def by_variant(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each variant, the variants in the order of their first outcome."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.variant, []).append(outcome)
    return found


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each variant: accuracy with its spread over the seeds, and what it costs."""
    rows = [("variant", "seeds", "test accuracy", "parameters", "MFLOPs an image", "seconds")]
    for variant, runs in by_variant(outcomes).items():
        right = [run.test_accuracy for run in runs]
        mean = statistics.mean(right)
        spread = f" ({min(right):.1%} to {max(right):.1%})" if len(runs) > 1 else ""
        rows.append(
            (
                variant,
                str(len(runs)),
                f"{mean:.1%}{spread}",
                f"{runs[0].parameters:,}",
                f"{runs[0].flops / 1e6:,.2f}",
                f"{statistics.mean(run.seconds for run in runs):.1f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def curves(outcomes: Sequence[Outcome]) -> Figure:
    """Training loss and validation accuracy by epoch: the seeds' mean, and a band from the
    lowest to the highest of them."""
    figure, (losses, accuracies) = plt.subplots(1, 2, figsize=(11, 4.2))
    for index, (variant, runs) in enumerate(by_variant(outcomes).items()):
        for axes, quantity in ((losses, "train_loss"), (accuracies, "validation_accuracy")):
            series = [[row[quantity] for row in run.history.rows] for run in runs]
            epochs = range(1, min(map(len, series)) + 1)
            columns = list(zip(*series, strict=False))
            colour = COLOURS[index % len(COLOURS)]
            axes.fill_between(
                epochs,
                [min(c) for c in columns],
                [max(c) for c in columns],
                color=colour,
                alpha=0.2,
            )
            axes.plot(
                epochs,
                [statistics.mean(column) for column in columns],
                STYLES[index % len(STYLES)],
                color=colour,
                marker=MARKERS[index % len(MARKERS)],
                markersize=5,
                label=variant,
            )
    for axes, title in ((losses, "Training loss"), (accuracies, "Validation accuracy")):
        axes.set_title(title)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
    losses.legend(fontsize=9)
    accuracies.yaxis.set_major_formatter(PercentFormatter(1))
    return finish(figure)


def against(
    outcomes: Sequence[Outcome] | Mapping[str, Sequence[Outcome]],
    values: Mapping[str, float],
    xlabel: str,
    log: bool = False,
) -> Figure:
    """Test accuracy against a number: each seed a point, the mean a line.

    Args:
        outcomes: of one study; or of several by their names, a line each.
        values: the number that belongs to each variant.
        xlabel: what the number is.
        log: whether its axis is logarithmic, with a tick at each value where there is room.

    Raises:
        ValueError: where a variant has no number.
    """
    series = outcomes if isinstance(outcomes, Mapping) else {"": outcomes}
    figure, axes = plt.subplots(figsize=(6.4, 4.2))
    for index, (name, runs) in enumerate(series.items()):
        groups = by_variant(runs)
        if missing := [variant for variant in groups if variant not in values]:
            raise ValueError(f"values has no number for {', '.join(missing)}")
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        points = sorted(
            (values[v], [run.test_accuracy for run in group]) for v, group in groups.items()
        )
        for value, right in points:
            axes.scatter([value] * len(right), right, marker=marker, color="none", edgecolor=colour)
        axes.plot(
            [value for value, _ in points],
            [statistics.mean(right) for _, right in points],
            STYLES[index % len(STYLES)],
            color=colour,
            marker=marker,
            markersize=3,
            label=name,
        )
    if log:
        ticks_at(axes, sorted(set(values.values())))
    axes.set_xlabel(xlabel)
    axes.set_ylabel("test accuracy")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(alpha=0.3)
    if isinstance(outcomes, Mapping):
        axes.legend(fontsize=9)
    return finish(figure)


def ticks_at(axes: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis with a tick at each of these values, where there is room for that."""
    axes.set_xscale("log")
    if all(after / before > ROOM for before, after in pairwise(values)):
        axes.set_xticks(values, [f"{value:.3g}" for value in values])
        axes.minorticks_off()
    else:
        axes.xaxis.set_major_formatter(LogFormatter())
        axes.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
