"""Runs every experiment of the course by name, so that a result and its command are one thing.

python -m course.presets quick-vit --data sample
"""

import argparse
import contextlib
import importlib
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from course import cnn, datasets, handin, loader, plots, recipes, resnet, training
from course.catalogue import PRESETS, Preset
from course.history import History, Settings
from course.run import TrainingError

FACTS = "results.jsonl"
EVALUATION_BATCH = 1000
WHITENED = 500  # images whose patches tell the directions


@dataclass(frozen=True)
class Result:
    """What a preset gave: the trained model and its row of the table."""

    name: str
    data: str
    model: nn.Module
    config: dict[str, Any]
    history: History
    test_loss: float
    test_accuracy: float

    def facts(self) -> dict[str, Any]:
        """The row in plain types: what, on which data and device, how long, how well."""
        history = self.history
        return {
            "preset": self.name,
            "recipe": PRESETS[self.name].recipe(),
            "data": self.data,
            "device": history.device,
            "precision": history.precision,
            "epochs": history.settings.epochs,
            "trained_epochs": len(history.rows),
            "kept_epoch": history.kept_epoch,
            "seed": history.settings.seed,
            "parameters": history.parameters,
            "training_seconds": history.rows[-1]["seconds"],
            "images_per_second": statistics.median(r["images_per_second"] for r in history.rows),
            "cpu_seconds": history.cpu_seconds,
            "validation_accuracy": history.rows[history.kept_epoch - 1]["validation_accuracy"],
            "test_accuracy": self.test_accuracy,
            "test_loss": self.test_loss,
            "stopped": history.stopped,
        }

    def row(self) -> str:
        """Data, epochs, test accuracy and loss, parameters and seconds, in one line."""
        return (
            f"{self.name} | data: {self.data} | epochs: {self.history.settings.epochs:g} | "
            f"seed: {self.history.settings.seed} | test accuracy: {self.test_accuracy:.1%} | "
            f"test loss: {self.test_loss:.3f} | parameters: {self.history.parameters:,} | "
            f"seconds: {self.history.seconds:.0f}"
        )


def build(kind: handin.Kind, config: dict[str, Any]) -> nn.Module:
    """The model: the ViT is yours, the others are given."""
    if kind == "vit":
        return importlib.import_module("ViT").ViT(**config)
    return resnet.ResNet(**config) if kind == "resnet" else cnn.CNN(**config)


def run(
    name: str,
    data: datasets.ImageData,
    output: Path | str | None = None,
    device: torch.device | str | None = None,
    epochs: float | None = None,
    seed: int = 0,
) -> Result:
    """Train and test one preset; the test images are used once, at the end.

    Args:
        name: a key of PRESETS.
        data: what to train and test on.
        output: a folder for history (JSON), curves (PNG), weights of the kept and of the last
            epoch, the row of the table, and, while it trains, a checkpoint from which the same
            call goes on after an interruption; None writes nothing.
        device: None is the GPU if there is one, otherwise the CPU.
        epochs: None is the preset's number.
        seed: of split, weights, order, augmentation and dropout.

    Raises:
        ValueError: where there is no preset of this name.
        TrainingError: where nothing could be learnt; the message says what to change.
    """
    if name not in PRESETS:
        raise ValueError(f'there is no preset "{name}"; there are {", ".join(PRESETS)}')
    preset = PRESETS[name]
    settings = replace(preset.settings, seed=seed, epochs=epochs or preset.settings.epochs)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if preset.num_classes:
        data = datasets.first_classes(data, preset.num_classes)
    model, config, (train_loader, validation_loader, test_loader) = prepare(
        preset, settings, data, device
    )
    title = name if seed == 0 else f"{name}-seed{seed}"
    checkpoint = None if output is None else Path(output) / f"{title}.checkpoint"
    with threads(preset.threads):
        history = training.train(model, train_loader, validation_loader, settings, checkpoint)
    loss, accuracy = training.evaluate(model, test_loader)
    result = Result(name, data.name, model, config, history, loss, accuracy)
    if output is not None:
        save(result, preset.kind, data, Path(output), title)
    return result


def prepare(
    preset: Preset, settings: Settings, data: datasets.ImageData, device: torch.device | str
) -> tuple[nn.Module, dict[str, Any], tuple[loader.Loader, loader.Loader, loader.Loader]]:
    """A preset's model as it starts, its configuration, and its loaders (see `loaders`)."""
    config = preset.config | {"num_classes": len(data.classes)}
    torch.manual_seed(settings.seed)
    model = build(preset.kind, config)
    made = loaders(data, preset, settings, device)
    if settings.whiten:
        images, labels = made[0].images[:WHITENED], made[0].labels[:WHITENED]
        plain = loader.Loader(images, labels, data.mean, data.std, len(images))
        recipes.whiten(model, next(iter(plain))[0].cpu(), config["patch_size"])
    return model, config, made


def loaders(
    data: datasets.ImageData, preset: Preset, settings: Settings, device: torch.device | str
) -> tuple[loader.Loader, loader.Loader, loader.Loader]:
    """Training images (shuffled, augmented), validation images and test images (neither)."""
    train, validation = loader.split(data, preset.validation_fraction, settings.seed)
    shared: dict[str, Any] = {"mean": data.mean, "std": data.std, "device": device}
    return (
        loader.Loader(
            data.train_images[train],
            data.train_labels[train],
            batch_size=settings.batch_size,
            augmentation=preset.augmentation,
            shuffle=True,
            seed=settings.seed,
            whole_batches=settings.compile,
            **shared,
        ),
        loader.Loader(
            data.train_images[validation],
            data.train_labels[validation],
            batch_size=EVALUATION_BATCH,
            **shared,
        ),
        loader.Loader(data.test_images, data.test_labels, batch_size=EVALUATION_BATCH, **shared),
    )


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """So many CPU threads inside the context; 0 leaves them as they are."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def save(
    result: Result, kind: handin.Kind, data: datasets.ImageData, folder: Path, title: str
) -> None:
    """Write history, curves, the row, and the weights: TITLE has the kept ones.

    Where the best epoch was not the last, TITLE-last or TITLE-best has the other ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    history = result.history
    history.save(folder / f"{title}.json")
    plots.curves({title: history}).savefig(folder / f"{title}.png", dpi=150)
    kept = history.settings.keep
    other = "last" if kept == "best" else "best"
    if history.best_epoch != len(history.rows):
        result.model.load_state_dict(history.weights[other])
        path = folder / f"{title}-{other}.safetensors"
        handin.save_weights(path, result.model, kind, result.config, data)
        result.model.load_state_dict(history.weights[kept])
    path = folder / f"{title}.safetensors"
    handin.save_weights(path, result.model, kind, result.config, data)
    with (folder / FACTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(result.facts()) + "\n")
    if not history.stopped:
        (folder / f"{title}.checkpoint").unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; see --help."""
    width = max(map(len, PRESETS))
    parser = argparse.ArgumentParser(
        prog="python -m course.presets",
        description="Train one of the course's experiments and print its row of the table.",
        epilog="presets:\n"
        + "\n".join(f"  {name:{width}}  {preset.about}" for name, preset in PRESETS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", choices=PRESETS, help="one of the presets below")
    parser.add_argument(
        "--data",
        required=True,
        metavar="sample|cifar10|PATH",
        help="the embedded sample, CIFAR-10 (downloaded once), or a folder of images",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("runs"),
        metavar="FOLDER",
        help="where history, curves and weights go (default: runs)",
    )
    parser.add_argument("--epochs", type=float, help="instead of the preset's number")
    parser.add_argument(
        "--images",
        type=int,
        metavar="COUNT",
        help="only so many training images, and as many test images: to see that it runs",
    )
    parser.add_argument(
        "--seed",
        type=int,
        nargs="+",
        default=[0],
        metavar="SEED",
        help="of everything random; several give a run each (default: 0)",
    )
    parser.add_argument("--device", help="such as cpu or cuda (default: the GPU if there is one)")
    options = parser.parse_args(arguments)
    stopped = False
    try:
        data = datasets.load(options.data)
        if options.images is not None:
            data = datasets.first_images(data, options.images)
        print(data.describe())
        for seed in options.seed:
            result = run(options.name, data, options.output, options.device, options.epochs, seed)
            print(result.row())
            stopped |= bool(result.history.stopped)
    except (datasets.DataError, TrainingError, NotImplementedError) as error:
        parser.exit(1, f"{error}\n")
    print(f'History, curves and weights are in "{options.output}".')
    if stopped:
        print("Training was stopped early: the same command goes on from there.")
    return int(stopped)


if __name__ == "__main__":
    raise SystemExit(main())
