"""What each trick of a preset gains: the preset as it is, and once without each.

    python -m benchmarks.tricks --data cifar10 --preset fast-cpu --seeds 0 1 2

With `--small --images 5000 --epochs 60` the model is a small one and the images are few, so that
long training overfits within minutes, as the 180 epochs of the slides do on all images: a
miniature in which regularisation can show itself on a CPU. The table goes to `tricks.md`.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from course import datasets, presets
from course.catalogue import PRESETS, Preset, vit
from course.loader import Augmentation

HERE = Path(__file__)
WITHOUT: dict[str, dict[str, Any]] = {
    "Muon (AdamW instead)": {"optimizer": "adamw"},
    "the whitened projection": {"whiten": False},
    "warm-up": {"warmup_epochs": 0.0},
    "the falling rate": {"schedule": "constant"},
    "label smoothing": {"label_smoothing": 0.0},
    "mixup": {"mixup": 0.0},
    "CutMix": {"cutmix": 0.0},
    "stochastic depth": {"drop_path": 0.0},
    "averaged weights": {"average": 0.0},
    "weight decay": {"weight_decay": 0.0},
}
NO_AUGMENTATION: dict[str, dict[str, Any]] = {
    "flips": {"flip": 0.0},
    "shifts": {"crop": 0.0},
    "erasing": {"erase": 0.0},
}


def variants(preset: Preset) -> dict[str, Preset]:
    """The preset, and once without each trick that it has switched on."""
    found = {"everything": preset}
    for name, changes in WITHOUT.items():
        changed = replace(preset, settings=replace(preset.settings, **changes))
        if changed != preset and not (name.startswith("Muon") and not uses_muon(preset)):
            found[name] = changed
    for name, chances in NO_AUGMENTATION.items():
        augmentation: Augmentation = replace(preset.augmentation, **chances)
        if augmentation != preset.augmentation:
            found[name] = replace(preset, augmentation=augmentation)
    if preset.config.get("pool") == "mean":
        found["the mean over tokens (class token)"] = replace(
            preset, config=preset.config | {"pool": "class"}
        )
    if preset.config.get("positions") == "sinusoidal-2d":
        found["2-D sine positions (learned)"] = replace(
            preset, config=preset.config | {"positions": "learned"}
        )
    return found


def uses_muon(preset: Preset) -> bool:
    return preset.settings.optimizer == "muon"


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure what each trick gains.")
    parser.add_argument("--data", required=True, metavar="sample|cifar10|PATH")
    parser.add_argument("--preset", default="fast-cpu", choices=PRESETS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--images", type=int, help="only so many training images")
    parser.add_argument("--small", action="store_true", help="a small ViT instead of the preset's")
    parser.add_argument("--output", type=Path, default=HERE.with_suffix(".jsonl"))
    options = parser.parse_args()
    data = datasets.load(options.data)
    if options.images is not None:
        few = datasets.first_images(data, options.images)
        data = replace(few, test_images=data.test_images, test_labels=data.test_labels)
    preset = PRESETS[options.preset]
    if options.small:
        config = vit(64, 128, 3, 4, patch_size=8, pool="mean", positions="sinusoidal-2d")
        preset = replace(preset, config=config, settings=replace(preset.settings, batch_size=64))
    epochs = options.epochs or preset.settings.epochs
    title = (
        f"`{options.preset}`{', a small ViT' if options.small else ''}, {epochs:g} epochs of "
        f"{data.name}, {len(options.seeds)} seeds"
    )
    full = 0.0
    for name, variant in variants(preset).items():
        with mock.patch.dict(PRESETS, {options.preset: variant}):
            accuracies = [
                presets.run(options.preset, data, epochs=epochs, seed=seed).test_accuracy
                for seed in options.seeds
            ]
        mean = statistics.mean(accuracies)
        full = full or mean
        row = {"title": title, "without": name, "accuracies": accuracies, "gain": full - mean}
        with options.output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(name, f"{mean:.1%}", f"{full - mean:+.1%}", flush=True)
    HERE.with_suffix(".md").write_text(table(options.output), encoding="utf-8")


def table(path: Path) -> str:
    """All measured variants as Markdown, a section for each run."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [
        "# What each trick gains",
        "",
        f"`python -m benchmarks.tricks`: see its docstring. "
        f"Test accuracy, torch {torch.__version__}, Python {platform.python_version()}.",
    ]
    for title in dict.fromkeys(row["title"] for row in rows):
        lines += ["", f"## {title}", "", "| without | mean | seeds | gain of the trick |"]
        lines += ["| --- | --- | --- | --- |"]
        for row in rows:
            if row["title"] == title:
                seeds = ", ".join(f"{accuracy:.1%}" for accuracy in row["accuracies"])
                gain = "" if row["without"] == "everything" else f"{100 * row['gain']:+.1f} points"
                mean = statistics.mean(row["accuracies"])
                lines.append(f"| {row['without']} | {mean:.1%} | {seeds} | {gain} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
