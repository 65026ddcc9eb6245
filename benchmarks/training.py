"""How fast training is: each preset beside a plain loop, and how the time grows.

    python -m benchmarks.training --data cifar10

For every preset: images per second of the course's loop, of the same model in a plain loop over
torchvision's DataLoader, and of the course's loop with `nn.TransformerEncoder` in the place of the
student's encoder; what share of the device's measured peak that is; and the memory. Then how long
the fastest presets train on a warm device, and how accurate they are; and the time of a step by
batch size and by the number of tokens, with a polynomial fitted to it. Figures go to
`training.json`, the table to `training.md` beside this file. Both sides of a ratio come from the
same run, in turns; each figure is a median.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from course import datasets, presets

from .speed import BACKWARD, Bench

HERE = Path(__file__)
PRESETS = ("fast-cpu", "homework-vit", "homework-resnet", "ours-vit", "ours-cnn")
FASTEST = {"cpu": ("fast-cpu",), "cuda": ("fast-gpu", "fast-gpu-resnet")}
BATCHES = (16, 64, 256)
PATCHES = (16, 8, 4, 2)


def write_images(data: datasets.ImageData, folder: Path, count: int) -> None:
    """Image files in class folders, as a plain loop reads them."""
    for index in range(min(count, len(data.train_images))):
        place = folder / str(int(data.train_labels[index]))
        place.mkdir(exist_ok=True)
        pixels = data.train_images[index].permute(1, 2, 0).numpy()
        Image.fromarray(pixels).save(place / f"{index}.png")


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        "# The speed of training",
        "",
        figures["command"],
        "",
        "| preset | course's loop, images/s | plain DataLoader loop | ratio | with "
        "`nn.TransformerEncoder` | MFLOP an image | share of peak | memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in figures["presets"].items():
        other = f"{row['torch_encoder']:,.0f}" if "torch_encoder" in row else "-"
        memory = "-" if np.isnan(row["memory_mb"]) else f"{row['memory_mb']:,.0f}"
        lines.append(
            f"| {name} | {row['ours']:,.0f} | {row['plain']:,.0f} | "
            f"{row['ours'] / row['plain']:.1f} | {other} | {row['flops_per_image'] / 1e6:,.0f} | "
            f"{row['mfu']:.0%} | {memory} |"
        )
    lines += [
        "",
        f"Forward and backward are counted as {BACKWARD} forwards. The peak is what a large matrix "
        f"product reaches on this device in the same precision: {figures['peak'] / 1e9:,.0f} "
        "GFLOP/s.",
        "",
        "## A whole training, on a warm device",
        "",
        "| preset | seconds | test accuracy |",
        "| --- | --- | --- |",
        *(f"| {name} | {s:.2f} | {a:.1%} |" for name, (s, a) in figures["fastest"].items()),
        "",
        f"## A step of `{figures['scaled']}` by batch size",
        "",
        "| images in a batch | ms a step | images/s |",
        "| --- | --- | --- |",
    ]
    for size, seconds in figures["batches"].items():
        lines.append(f"| {size} | {1e3 * seconds:.1f} | {int(size) / seconds:,.0f} |")
    lines += [
        "",
        f"## A step of `{figures['scaled']}` (batch {figures['tokens_batch']}) by tokens",
        "",
        "| patch | tokens | ms a step |",
        "| --- | --- | --- |",
    ]
    for patch, (tokens, seconds) in figures["tokens"].items():
        lines.append(f"| {patch} | {tokens} | {1e3 * seconds:.1f} |")
    _, linear, quadratic = figures["fit"]
    lines += [
        "",
        f"Fitted: {1e6 * linear:.2f} µs for each token and {1e9 * quadratic:.1f} ns for each pair "
        f"of tokens; with the most tokens the pairs take {figures['quadratic_share']:.0%}.",
    ]
    return "\n".join(lines) + "\n"


def measure(
    bench: Bench, names: tuple[str, ...], fast: tuple[str, ...], scaled: str, images: int
) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_images(bench.data, folder, images)
        rows = {}
        for preset in names:
            rows[preset] = bench.preset(preset, folder)
            print(preset, {key: round(value, 3) for key, value in rows[preset].items()}, flush=True)
    fastest = {name: bench.whole_training(name) for name in fast}
    print(fastest, flush=True)
    batches = {str(size): bench.step_seconds(scaled, size) for size in BATCHES}
    batch = 32 if bench.device.type == "cpu" else 256
    tokens = {
        str(patch): ((32 // patch) ** 2, bench.step_seconds(scaled, batch, patch_size=patch))
        for patch in PATCHES
    }
    counts, seconds = np.array(list(tokens.values())).T
    fit = np.polynomial.polynomial.polyfit(counts, seconds, 2)
    return {
        "peak": bench.peak,
        "presets": rows,
        "fastest": fastest,
        "scaled": scaled,
        "batches": batches,
        "tokens_batch": batch,
        "tokens": tokens,
        "fit": fit.tolist(),
        "quadratic_share": float(fit[2] * counts[-1] ** 2 / seconds[-1]),
    }


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure the speed of training.")
    parser.add_argument("--data", required=True, metavar="sample|cifar10|PATH")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--presets", nargs="+", default=PRESETS, choices=presets.PRESETS)
    parser.add_argument("--fastest", nargs="*", choices=presets.PRESETS, help="whole trainings")
    parser.add_argument("--scaled", default="homework-vit", choices=presets.PRESETS)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each measurement")
    parser.add_argument("--images", type=int, default=5000, help="files for the plain loop")
    parser.add_argument("--output", type=Path, default=HERE.with_suffix(".md"))
    options = parser.parse_args()
    data = datasets.load(options.data)
    bench = Bench(data, options.device, options.seconds)
    fast = options.fastest or FASTEST[bench.device.type]
    figures = measure(bench, tuple(options.presets), tuple(fast), options.scaled, options.images)
    name = torch.cuda.get_device_name() if options.device == "cuda" else platform.processor()
    figures["command"] = (
        f"`python -m benchmarks.training` on {data.name}; {options.device} {name}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"Python {platform.python_version()}."
    )
    options.output.write_text(table(figures), encoding="utf-8")
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    print(f"table: {options.output}")


if __name__ == "__main__":
    main()
