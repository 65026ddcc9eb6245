"""What attention costs: time and memory against the number of tokens, measured and fitted."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from course.plots import COLOURS, MARKERS, finish

STYLES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Measurement:
    """One sequence through a layer.

    Attributes:
        tokens: in the sequence.
        seconds: of one way forward, the shortest of several: other work on the machine only adds.
        kept: bytes that the way forward keeps for the way back, without the parameters.
    """

    tokens: int
    seconds: float
    kept: int


@dataclass(frozen=True)
class Fit:
    """linear * n + quadratic * n**2."""

    linear: float
    quadratic: float

    def __call__(self, tokens: float) -> float:
        """The fitted value for this number of tokens."""
        return self.linear * tokens + self.quadratic * tokens**2

    def exponent(self, tokens: float) -> float:
        """The slope on two logarithmic axes: 1 where the linear part is all, 2 where it is none."""
        whole = self(tokens)
        return (self.linear * tokens + 2 * self.quadratic * tokens**2) / whole


class Windowed(nn.Module):
    """Attention in windows: each token looks at the `size` tokens of its window only.

    Args:
        attention: tokens (batch, tokens, embed_dim) to the same shape.
        size: tokens in a window; divides the number of tokens.

    Source: Liu et al. 2021 (arXiv 2103.14030), section 3.2, there with windows in two
    dimensions that move from layer to layer.
    """

    def __init__(self, attention: nn.Module, size: int) -> None:
        super().__init__()
        self.attention = attention
        self.size = size

    def forward(self, tokens: Tensor) -> Tensor:
        """Each window is a sequence of its own."""
        windows = tokens.reshape(-1, self.size, tokens.shape[-1])
        return self.attention(windows).reshape(tokens.shape)


class Fused(nn.Module):
    """The same attention by PyTorch's fused kernel, which never holds the whole matrix of weights.

    Args:
        attention: a layer with `query`, `key`, `value`, `out` and `num_heads`.

    Source: Dao et al. 2022 (arXiv 2205.14135), section 3.1.
    """

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.attention = attention

    def forward(self, tokens: Tensor) -> Tensor:
        """What the layer itself computes, up to rounding."""
        layer: Any = self.attention
        shape = (*tokens.shape[:2], layer.num_heads, -1)
        parts = [
            getattr(layer, name)(tokens).view(shape).transpose(1, 2)
            for name in ("query", "key", "value")
        ]
        together = F.scaled_dot_product_attention(*parts).transpose(1, 2)
        return layer.out(together.reshape(tokens.shape))


def measure(
    layer: nn.Module, counts: Sequence[int], embed_dim: int, repeats: int = 9
) -> list[Measurement]:
    """Time and memory of a layer for sequences of these lengths, one sequence at a time.

    Args:
        layer: tokens (1, tokens, embed_dim) to the same shape.
        counts: numbers of tokens.
        embed_dim: length of a token.
        repeats: how often each is timed, after a time that does not count.
    """
    device = next(layer.parameters()).device
    layer.eval()
    found = []
    for count in counts:
        tokens = torch.randn(1, count, embed_dim, device=device)
        times = [seconds(layer, tokens) for _ in range(repeats + 1)][1:]  # the first warms up
        found.append(Measurement(count, min(times), kept_bytes(layer, tokens)))
    return found


@torch.no_grad()
def seconds(layer: nn.Module, tokens: Tensor) -> float:
    """The time of one way forward."""
    start = time.perf_counter()
    layer(tokens)
    if tokens.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - start


def kept_bytes(layer: nn.Module, tokens: Tensor) -> int:
    """The memory of all tensors that the way forward keeps for the way back.

    Counted, not measured: it is the same on every machine. Parameters, which are there anyway,
    are left out.
    """
    known = {parameter.untyped_storage().data_ptr() for parameter in layer.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        output = layer(tokens)
    del output
    return sum(kept.values())


def fit(counts: Sequence[int], values: Sequence[float]) -> Fit:
    """The sum of a linear and a quadratic part that is nearest, by ratio.

    The squares of log(measured / fitted) are made least, so that a small number counts as much
    as a large one. The ratio of the two parts is searched, and the scale follows from it.

    Args:
        counts: numbers of tokens, at least two different ones.
        values: what was measured, above zero.
    """
    n, y = np.asarray(counts, float), np.asarray(values, float)
    ratios = np.concatenate([[0.0], np.geomspace(1e-7, 1e3, 5001)])
    logs = np.log(y) - np.log(n + ratios[:, None] * n**2)
    best = logs.var(axis=1).argmin()
    linear = float(np.exp(logs[best].mean()))
    return Fit(linear, linear * float(ratios[best]))


def describe(measured: Mapping[str, Sequence[Measurement]]) -> str:
    """The fits in numbers: for each layer its two parts, and the exponents at both ends."""
    lines = []
    for name, rows in measured.items():
        counts = [row.tokens for row in rows]
        for what, unit, values in (
            ("time", "µs", [1e6 * row.seconds for row in rows]),
            ("memory", "bytes", [float(row.kept) for row in rows]),
        ):
            found = fit(counts, values)
            first, last = found.exponent(counts[0]), found.exponent(counts[-1])
            lines.append(
                f"{name}, {what}: {found.linear:.3g} n + {found.quadratic:.3g} n² {unit}; "
                f"grows like n^{first:.2f} at n = {counts[0]}, like n^{last:.2f} at {counts[-1]}"
            )
    return "\n".join(lines)


def curves(measured: Mapping[str, Sequence[Measurement]]) -> Figure:
    """Time and memory against tokens: markers are measurements, lines the fits.

    On two logarithmic axes n is a line that rises by one for each one to the right, and n² one
    that rises by two; both are drawn in grey.
    """
    figure, (times, memory) = plt.subplots(1, 2, figsize=(11, 4.4))
    for index, (name, rows) in enumerate(measured.items()):
        counts = [row.tokens for row in rows]
        for axes, values in (
            (times, [1e3 * row.seconds for row in rows]),
            (memory, [row.kept / 2**20 for row in rows]),
        ):
            colour, found = COLOURS[index % len(COLOURS)], fit(counts, values)
            fine = np.geomspace(counts[0], counts[-1], 50)
            axes.plot(counts, values, MARKERS[index % len(MARKERS)], color=colour, label=name)
            axes.plot(fine, [found(n) for n in fine], STYLES[index % len(STYLES)], color=colour)
    for axes, title in (
        (times, "Milliseconds of one way forward"),
        (memory, "MiB kept for the way back"),
    ):
        axes.set_title(title)
        axes.set_xlabel("tokens")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(lambda value, place: f"{value:g}")
        draw_slopes(axes)
        axes.grid(alpha=0.3)
    times.legend(fontsize=9, loc="upper left")
    return finish(figure)


def draw_slopes(axes: Axes) -> None:
    """How n and n² rise, in grey, through the lower right corner of the measurements."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    axes.autoscale(False)
    x = np.geomspace(left, right, 2)
    for power, style in ((1, ":"), (2, "--")):
        y = low * 1.5 * (x / x[0] / 2) ** power
        axes.plot(x, y, style, color="grey", linewidth=1)
        place = min(right / 1.2, 2 * left * (high / low / 3) ** (1 / power))
        axes.text(
            place,
            low * 1.5 * (place / left / 2) ** power,
            "n" if power == 1 else "n²",
            color="dimgrey",
            ha="right",
            va="bottom",
        )
