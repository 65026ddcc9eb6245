"""Recordings of runs' first steps, read with your own instruments, and their pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor, nn
from tqdm import tqdm

import findings
from course import training
from course.datasets import ImageData
from course.plots import COLOURS, MARKERS
from course.run import Run
from labs.outcomes import STYLES
from labs.stuck import PRESET, Switches, prepare

WATCHED = 48
LAST = 10


@dataclass
class Recording:
    """The first steps of a run.

    Attributes:
        switches: how it was set.
        seed: of split, weights and order.
        steps: the steps at which the rest was read.
        loss: cross entropy, the mean over the steps since the last reading.
        gradient_norm: of the gradient that the optimizer gets.
        learning_rate: of the step.
        logit_spread: over the watched images.
        entropy: of the attention, the mean over layers and heads, as a share of the largest
            possible.
        attention: of each layer after the last step: (batch, heads, queries, keys).
        sensitivity: of the answer to the first watched image, after the last step: see the
            function of that name.
        accuracy: of the validation images after the last step, from 0 to 1.
    """

    switches: Switches
    seed: int
    steps: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    logit_spread: list[float] = field(default_factory=list)
    entropy: list[float] = field(default_factory=list)
    attention: list[Tensor] = field(default_factory=list)
    sensitivity: Tensor = field(default_factory=lambda: torch.empty(0))
    accuracy: float = 0.0

    @property
    def last_loss(self) -> float:
        """The mean over the last readings."""
        last = self.loss[-LAST:]
        return sum(last) / len(last)


def record(
    switches: Switches,
    data: ImageData,
    config: Mapping[str, Any] = PRESET.config,
    steps: int = 300,
    every: int = 5,
    seed: int = 0,
) -> Recording:
    """Train for some steps and write down what your instruments show.

    Args:
        switches: how the run is set.
        data: ten classes of images.
        config: the model's sizes.
        steps: how many.
        every: so many steps lie between two readings.
        seed: of split, weights and order.

    Raises:
        FloatingPointError: where the loss is no number any more.
    """
    ready = prepare(switches, data, config, seed=seed)
    watched = next(iter(ready.validation_loader))[0][:WATCHED]
    run = Run(ready.model, ready.settings, ready.train_loader)
    recording, gradients, losses = Recording(switches, seed), [], []
    (optimizer,) = run.optimizers

    def read_gradient(*_: object) -> None:
        if run.step % every == 0:
            parameters = ready.model.parameters()
            gradients.append(float(findings.gradient_norm([each.grad for each in parameters])))

    optimizer.register_step_pre_hook(read_gradient)
    batches = endless(run)
    for step in tqdm(range(steps), unit=" steps", mininterval=0.5, leave=False):
        ready.model.train()
        images, labels = next(batches)
        logits, _ = training.take_step(run, images, labels)
        losses.append(nn.functional.cross_entropy(logits, labels).item())
        if not math.isfinite(losses[-1]):
            raise FloatingPointError(f"the loss became {losses[-1]} at step {step}")
        if step % every == 0:
            answers, attention = look(ready.model, watched)
            recording.steps.append(step)
            recording.loss.append(sum(losses) / len(losses))
            recording.gradient_norm.append(gradients[-1])
            recording.learning_rate.append(optimizer.param_groups[0]["lr"])
            recording.logit_spread.append(float(findings.logit_spread(answers)))
            shares = [
                findings.attention_entropy(each).mean() / math.log(each.shape[-1])
                for each in attention
            ]
            recording.entropy.append(float(torch.stack(shares).mean()))
            losses.clear()
    recording.attention = look(ready.model, watched)[1]
    recording.sensitivity = sensitivity(ready.model, watched)
    recording.accuracy = training.evaluate(ready.model, ready.validation_loader)[1]
    return recording


def endless(run: Run) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of one pass after the other."""
    while True:
        yield from run.loader


@torch.no_grad()
def look(model: nn.Module, images: Tensor) -> tuple[Tensor, list[Tensor]]:
    """A model's logits for some images, and the attention weights of each layer.

    Args:
        model: with `nn.MultiheadAttention` inside.
        images: (batch, 3, height, width), as the model reads them.

    Returns:
        Logits (batch, classes); weights, a layer each: (batch, heads, queries, keys), as the
        layer counts them.
    """
    layers = [each for each in model.modules() if isinstance(each, nn.MultiheadAttention)]
    weights: list[Tensor] = []
    handles = [
        handle
        for layer in layers
        for handle in (
            layer.register_forward_pre_hook(ask_for_weights, with_kwargs=True),
            layer.register_forward_hook(lambda layer, inputs, output: weights.append(output[1])),
        )
    ]
    logits = model.train()(images)  # in evaluation PyTorch's encoder skips its parts' hooks
    for handle in handles:
        handle.remove()
    return logits, weights


def sensitivity(model: nn.Module, images: Tensor, which: int = 0) -> Tensor:
    """How much the answer to one image depends on each pixel of each image in its batch.

    Args:
        model: images to logits.
        images: (batch, 3, height, width), as the model reads them.
        which: the image whose answer is asked about.

    Returns:
        (batch, height, width): the length of the gradient of the largest logit.
    """
    images = images.clone().requires_grad_()
    largest = model.train()(images)[which].max()
    return torch.autograd.grad(largest, images)[0].norm(dim=1)


def ask_for_weights(
    layer: nn.Module, inputs: tuple[Any, ...], options: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Have an `nn.MultiheadAttention` return every head's weights."""
    return inputs, options | {"need_weights": True, "average_attn_weights": False}


PANELS = (
    ("loss", "loss", False),
    ("gradient_norm", "length of the gradient", True),
    ("learning_rate", "learning rate", False),
    ("logit_spread", "spread of the logits", False),
    ("entropy", "entropy of the attention,\nshare of the largest", False),
)


def compare(runs: Mapping[str, Sequence[Recording]]) -> Figure:
    """What the instruments showed, step by step: the seeds' mean, and a band over all of them.

    Args:
        runs: for each name the recordings of one setting, a seed each.
    """
    figure, grid = plt.subplots(2, 3, figsize=(12, 6.2), sharex=True, layout="constrained")
    for axes, (quantity, label, log) in zip(grid.flat, PANELS, strict=False):
        for index, recordings in enumerate(runs.values()):
            colour = COLOURS[index % len(COLOURS)]
            values = np.array([getattr(each, quantity) for each in recordings])
            steps = recordings[0].steps
            axes.fill_between(steps, values.min(0), values.max(0), color=colour, alpha=0.2)
            axes.plot(
                steps,
                values.mean(0),
                STYLES[index % len(STYLES)],
                color=colour,
                marker=MARKERS[index % len(MARKERS)],
                markersize=5,
                markevery=max(1, len(steps) // 6),
            )
        axes.set_title(label, fontsize=10)
        axes.grid(alpha=0.3)
        axes.set_yscale("log" if log else "linear")
        if not log and quantity != "loss":
            axes.set_ylim(0, 1.05 * (1 if quantity == "entropy" else axes.get_ylim()[1]))
    grid[0, 0].axhline(math.log(10), color="black", linestyle=":", linewidth=1)
    right = grid[0, 0].get_yaxis_transform()
    grid[0, 0].text(0.99, math.log(10), "ln 10", ha="right", va="top", transform=right)
    for axes in grid[1]:
        axes.set_xlabel("step")
    grid[0, 2].tick_params(labelbottom=True)
    grid[0, 2].set_xlabel("step")
    grid[1, 2].set_axis_off()
    grid[1, 2].legend(grid[0, 1].lines, runs, loc="center", fontsize=10, handlelength=4)
    plt.close(figure)
    return figure


def attention_maps(recording: Recording) -> Figure:
    """The attention weights of each layer, averaged over the heads, of the first of its batch."""
    figure, row = plt.subplots(
        1,
        len(recording.attention),
        figsize=(2.8 * len(recording.attention), 3),
        squeeze=False,
        layout="constrained",
    )
    for number, (axes, weights) in enumerate(
        zip(row[0], recording.attention, strict=True), start=1
    ):
        shown = axes.imshow(weights[0].mean(dim=0).numpy(), cmap="cividis", vmin=0)
        axes.set_title(f"layer {number}", fontsize=10)
        axes.set_xlabel(f"{weights.shape[-1]} keys")
        figure.colorbar(shown, ax=axes, shrink=0.7)
    row[0, 0].set_ylabel(f"{recording.attention[0].shape[-2]} queries")
    plt.close(figure)
    return figure


def sensitivity_maps(runs: Mapping[str, Recording], images: int = 4) -> Figure:
    """On which pixels of the first image, and of the next ones in its batch, the answer to the
    first one hangs, on a logarithmic scale.

    Args:
        runs: a recording for each name.
        images: how many of the batch are shown.
    """
    figure, grid = plt.subplots(
        len(runs),
        images,
        figsize=(2 * images + 1.5, 2.2 * len(runs)),
        squeeze=False,
        layout="constrained",
    )
    for row, (name, recording) in zip(grid, runs.items(), strict=True):
        shares = recording.sensitivity / recording.sensitivity.max()
        for number, axes in enumerate(row):
            shown = axes.imshow(shares[number].log10().numpy(), cmap="cividis", vmin=-4, vmax=0)
            axes.set_facecolor("black")
            axes.set(xticks=[], yticks=[])
            axes.set_title("the image itself" if number == 0 else f"another, {number}", fontsize=9)
        row[0].set_ylabel(name, fontsize=9)
        bar = figure.colorbar(shown, ax=row.tolist(), ticks=[-4, -2, 0], shrink=0.8)
        bar.ax.set_yticklabels(["1/10,000", "1/100", "largest"])
    figure.suptitle("black: the answer does not depend on it at all", fontsize=10)
    plt.close(figure)
    return figure


def table(runs: Mapping[str, Sequence[Recording]]) -> str:
    """A line for each setting: the loss of the last steps and the validation accuracy."""
    width = max(map(len, [*runs, "run"]))
    lines = [f"{'run':{width}}  seeds  last loss      validation accuracy"]
    for name, recordings in runs.items():
        losses = [each.last_loss for each in recordings]
        right = [each.accuracy for each in recordings]
        lines.append(
            f"{name:{width}}  {len(recordings):>5}  {min(losses):.2f} to {max(losses):.2f}   "
            f"{min(right):.1%} to {max(right):.1%}"
        )
    return "\n".join(lines)
