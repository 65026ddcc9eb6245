"""What each trick of a preset gains: the preset as it is, and once without each.

    python -m benchmarks.tricks --data cifar10 --preset fast-cpu --seeds 0 1 2

With `--small` the model is a small one. With `--added --images 2500 --epochs 80` each means against
overfitting is added, alone, to a ViT that sees few images often, as the slides' ViT does in its 180
epochs: a miniature in which such means can show themselves on a CPU. The table goes to `tricks.md`.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

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
    "weight decay": {"weight_decay": 0.0},
}
NO_AUGMENTATION: dict[str, dict[str, Any]] = {
    "flips": {"flip": 0.0},
    "shifts": {"crop": 0.0},
    "erasing": {"erase": 0.0},
}
AGAINST_OVERFITTING: dict[str, dict[str, Any]] = {
    "mixup": {"mixup": 0.5},
    "CutMix": {"cutmix": 0.5},
    "stochastic depth": {"drop_path": 0.1},
    "label smoothing": {"label_smoothing": 0.1},
}


def with_added(preset: Preset) -> dict[str, Preset]:
    """A ViT without means against overfitting, and once with each of them."""
    none: dict[str, Any] = {
        name: 0.0 for changes in AGAINST_OVERFITTING.values() for name in changes
    }
    plain = replace(
        preset,
        config=vit(128, 256, 4, 4, patch_size=8, pool="mean", positions="sinusoidal-2d"),
        settings=replace(preset.settings, **none, batch_size=64, warmup_epochs=2),
        augmentation=Augmentation(flip=0.5, crop=0.5),
    )
    erasing = replace(plain, augmentation=replace(plain.augmentation, erase=0.5))
    return {"nothing": plain, "erasing": erasing} | {
        name: replace(plain, settings=replace(plain.settings, **changes))
        for name, changes in AGAINST_OVERFITTING.items()
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
    parser.add_argument("--added", action="store_true", help="add means against overfitting")
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
    sort, sign = ("with", 1) if options.added else ("without", -1)
    model = ", a small ViT" if options.small or options.added else ""
    title = (
        f"`{options.preset}`{model}, {epochs:g} epochs of {data.name}, seeds: {len(options.seeds)}"
    )
    full = 0.0
    made = with_added(preset) if options.added else variants(preset)
    for name, variant in made.items():
        with mock.patch.dict(PRESETS, {options.preset: variant}):
            accuracies = [
                presets.run(options.preset, data, epochs=epochs, seed=seed).test_accuracy
                for seed in options.seeds
            ]
        mean = statistics.mean(accuracies)
        full = full or mean
        gain = sign * (mean - full)
        row = {"title": title, sort: name, "accuracies": accuracies, "gain": gain}
        with options.output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(name, f"{mean:.1%}", f"{gain:+.1%}", flush=True)
    HERE.with_suffix(".md").write_text(table(options.output), encoding="utf-8")


def table(path: Path) -> str:
    """All measured variants as Markdown, a section for each run."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [
        "# What each trick gains",
        "",
        "`python -m benchmarks.tricks`: see its docstring. Test accuracy.",
    ]
    for title in dict.fromkeys(row["title"] for row in rows):
        own = [row for row in rows if row["title"] == title]
        sort = "with" if "with" in own[0] else "without"
        lines += ["", f"## {title}", "", f"| {sort} | mean | seeds | gain of the trick |"]
        lines += ["| --- | --- | --- | --- |"]
        for row in own:
            seeds = ", ".join(f"{accuracy:.1%}" for accuracy in row["accuracies"])
            gain = "" if row is own[0] else f"{100 * row['gain']:+.1f} points"
            mean = statistics.mean(row["accuracies"])
            lines.append(f"| {row[sort]} | {mean:.1%} | {seeds} | {gain} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
