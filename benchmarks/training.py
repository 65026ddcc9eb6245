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
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from course import datasets, presets

from .speed import BACKWARD, Bench

HERE = Path(__file__)
Figures = dict[str, Any]
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


def table(figures: Figures) -> str:
    """The figures as Markdown, as far as they have been measured."""
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
    ]
    if figures["fastest"]:
        lines += section("A whole training, on a warm device", "preset | seconds | test accuracy")
        for name, (seconds, accuracy) in figures["fastest"].items():
            lines.append(f"| {name} | {seconds:.2f} | {accuracy:.1%} |")
    if figures["batches"]:
        title = f"A step of `{figures['scaled']}` by batch size"
        lines += section(title, "images in a batch | ms a step | images/s")
        for size, seconds in figures["batches"].items():
            lines.append(f"| {size} | {1e3 * seconds:.1f} | {int(size) / seconds:,.0f} |")
    if figures["tokens"]:
        title = f"A step of `{figures['scaled']}` (batch {figures['tokens_batch']}) by tokens"
        lines += section(title, "patch | tokens | ms a step")
        for patch, seconds in figures["tokens"].items():
            lines.append(f"| {patch} | {count_tokens(patch)} | {1e3 * seconds:.1f} |")
    if len(figures["tokens"]) == len(PATCHES):
        counts = np.array([count_tokens(patch) for patch in figures["tokens"]])
        seconds = np.array(list(figures["tokens"].values()))
        _, linear, quadratic = np.polynomial.polynomial.polyfit(counts, seconds, 2)
        share = quadratic * counts[-1] ** 2 / seconds[-1]
        lines += [
            "",
            f"Fitted: {1e6 * linear:.2f} µs for each token and {1e9 * quadratic:.1f} ns for each "
            f"pair of tokens; with the most tokens the pairs take {share:.0%}.",
        ]
    return "\n".join(lines) + "\n"


def count_tokens(patch: str) -> int:
    """How many patches of this size an image has."""
    return (32 // int(patch)) ** 2


def section(title: str, columns: str) -> list[str]:
    """A heading and the head of a table."""
    return ["", f"## {title}", "", f"| {columns} |", "|" + " --- |" * (columns.count("|") + 1)]


def parts(
    bench: Bench, folder: Path, options: argparse.Namespace, batch: int
) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """What is to be measured: the table, the row, and how."""
    for name in options.presets:
        yield "presets", name, partial(bench.preset, name, folder)
    for name in options.fastest or FASTEST[bench.device.type]:
        yield "fastest", name, partial(bench.whole_training, name)
    for size in BATCHES:
        yield "batches", str(size), partial(bench.step_seconds, options.scaled, size)
    for patch in PATCHES:
        how = partial(bench.step_seconds, options.scaled, batch, patch_size=patch)
        yield "tokens", str(patch), how


def measure(
    bench: Bench, options: argparse.Namespace, figures: Figures
) -> Iterator[tuple[str, str]]:
    """Add to the figures what is missing; gives table and row after each."""
    with tempfile.TemporaryDirectory() as place:
        write_images(bench.data, Path(place), options.images)
        for kind, row, how in parts(bench, Path(place), options, figures["tokens_batch"]):
            if row not in figures[kind]:
                figures[kind][row] = how()
                yield kind, row


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure the speed of training.")
    parser.add_argument("--data", required=True, metavar="sample|cifar10|PATH")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--presets", nargs="*", default=PRESETS, choices=presets.PRESETS)
    parser.add_argument("--fastest", nargs="*", choices=presets.PRESETS, help="whole trainings")
    parser.add_argument("--scaled", default="homework-vit", choices=presets.PRESETS)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each measurement")
    parser.add_argument("--images", type=int, default=5000, help="files for the plain loop")
    parser.add_argument("--minutes", type=float, default=60.0, help="nothing is begun after them")
    parser.add_argument("--resume", action="store_true", help="measure only what is missing")
    parser.add_argument("--output", type=Path, default=HERE.with_suffix(".md"))
    options = parser.parse_args()
    deadline = time.monotonic() + 60 * options.minutes
    data = datasets.load(options.data)
    bench = Bench(data, options.device, options.seconds)
    name = torch.cuda.get_device_name() if options.device == "cuda" else platform.processor()
    kept = options.output.with_suffix(".json")
    if options.resume and kept.exists():
        figures = json.loads(kept.read_text(encoding="utf-8"))
    else:
        figures = {
            "command": f"`python -m benchmarks.training` on {data.name}; {options.device} {name}, "
            f"{torch.get_num_threads()} threads, torch {torch.__version__}, "
            f"Python {platform.python_version()}.",
            "peak": bench.peak,
            "scaled": options.scaled,
            "tokens_batch": 32 if bench.device.type == "cpu" else 256,
            **{kind: {} for kind in ("presets", "fastest", "batches", "tokens")},
        }
    for kind, row in measure(bench, options, figures):
        print(kind, row, figures[kind][row], flush=True)
        options.output.write_text(table(figures), encoding="utf-8")
        kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        if time.monotonic() > deadline:
            print("the minutes are over: --resume goes on from here")
            break
    print(f"table: {options.output}")


if __name__ == "__main__":
    main()
