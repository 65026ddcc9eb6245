"""Every experiment of the course by name, so that a result and its command are one thing.

python -m course.presets quick-vit --data sample
"""

import argparse
import importlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from course import cnn, datasets, handin, loader, plots, resnet, training


@dataclass(frozen=True)
class Preset:
    """One experiment: model, loader and training.

    Attributes:
        about: one sentence.
        kind: "vit", "resnet" or "cnn".
        config: the model's keyword arguments, but for the number of classes.
        settings: how to train.
        augmentation: of the training images.
    """

    about: str
    kind: handin.Kind
    config: dict[str, Any]
    settings: training.Settings
    augmentation: loader.Augmentation = field(default_factory=loader.Augmentation)


@dataclass(frozen=True)
class Result:
    """What a preset gave: the trained model and its row of the table."""

    name: str
    data: str
    model: nn.Module
    config: dict[str, Any]
    history: training.History
    test_loss: float
    test_accuracy: float

    def row(self) -> str:
        """Data, epochs, test accuracy and loss, parameters and seconds, in one line."""
        return (
            f"{self.name} | data: {self.data} | epochs: {len(self.history.rows)} | "
            f"test accuracy: {self.test_accuracy:.1%} | test loss: {self.test_loss:.3f} | "
            f"parameters: {self.history.parameters:,} | seconds: {self.history.seconds:.0f}"
        )


PRESETS: dict[str, Preset] = {
    "quick-vit": Preset(
        "A small ViT with patches of 8 x 8, for the sample: half a minute on two cores.",
        "vit",
        {
            "image_size": 32,
            "patch_size": 8,
            "in_channels": 3,
            "embed_dim": 64,
            "hidden_dim": 128,
            "num_layers": 3,
            "num_heads": 4,
        },
        training.Settings(epochs=6, batch_size=64, learning_rate=2e-3),
        loader.Augmentation(crop=0.0),
    ),
    "quick-resnet": Preset(
        "A small ResNet, for the sample: half a minute on two cores.",
        "resnet",
        {"width": 8, "blocks": [1, 1, 1]},
        training.Settings(epochs=3, batch_size=64, learning_rate=1e-2),
        loader.Augmentation(crop=0.0),
    ),
    "homework-vit": Preset(
        "The homework's ViT, for CIFAR-10: some five minutes on two cores, 60 % or so.",
        "vit",
        {
            "image_size": 32,
            "patch_size": 4,
            "in_channels": 3,
            "embed_dim": 64,
            "hidden_dim": 128,
            "num_layers": 4,
            "num_heads": 4,
        },
        training.Settings(epochs=4, batch_size=64, learning_rate=1.5e-3),
        loader.Augmentation(crop=0.25),
    ),
    "homework-resnet": Preset(
        "The homework's ResNet, for CIFAR-10: some three minutes on two cores, 70 % or so.",
        "resnet",
        {"width": 16, "blocks": [1, 1, 1]},
        training.Settings(epochs=3, batch_size=64, learning_rate=1e-2),
        loader.Augmentation(crop=0.25),
    ),
    "slides-vit": Preset(
        "The slides' ViT on CIFAR-10, 180 epochs: wants a GPU.",
        "vit",
        {
            "image_size": 32,
            "patch_size": 4,
            "in_channels": 3,
            "embed_dim": 256,
            "hidden_dim": 512,
            "num_layers": 6,
            "num_heads": 8,
            "dropout": 0.2,
        },
        training.Settings(epochs=180, batch_size=128, learning_rate=3e-4),
    ),
    "slides-cnn": Preset(
        "The slides' CNN on CIFAR-10, 180 epochs: wants a GPU.",
        "cnn",
        {},
        training.Settings(epochs=180, batch_size=128, learning_rate=3e-4),
    ),
}


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
    epochs: int | None = None,
    seed: int = 0,
) -> Result:
    """Train and test one preset.

    Args:
        name: a key of PRESETS.
        data: what to train and test on.
        output: a folder for history (JSON), curves (PNG) and weights; None writes nothing.
        device: None is the GPU if there is one, otherwise the CPU.
        epochs: None is the preset's number.
        seed: of split, weights, order, augmentation and dropout.

    Raises:
        ValueError: where there is no preset of this name.
    """
    if name not in PRESETS:
        raise ValueError(f'there is no preset "{name}"; there are {", ".join(PRESETS)}')
    preset = PRESETS[name]
    settings = replace(preset.settings, seed=seed, epochs=epochs or preset.settings.epochs)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    config = preset.config | {"num_classes": len(data.classes)}
    torch.manual_seed(seed)
    model = build(preset.kind, config)

    train, validation = loader.split(data, seed=seed)
    shared: dict[str, Any] = {"mean": data.mean, "std": data.std, "device": device}
    train_loader = loader.Loader(
        data.train_images[train],
        data.train_labels[train],
        batch_size=settings.batch_size,
        augmentation=preset.augmentation,
        shuffle=True,
        seed=seed,
        **shared,
    )
    validation_loader = loader.Loader(
        data.train_images[validation], data.train_labels[validation], **shared
    )
    test_loader = loader.Loader(data.test_images, data.test_labels, **shared)
    history = training.train(model, train_loader, validation_loader, settings)
    loss, accuracy = training.evaluate(model, test_loader)
    result = Result(name, data.name, model, config, history, loss, accuracy)
    if output is not None:
        save(result, preset.kind, data, Path(output))
    return result


def save(result: Result, kind: handin.Kind, data: datasets.ImageData, folder: Path) -> None:
    """Write NAME.json, NAME.png and NAME.safetensors into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    result.history.save(folder / f"{result.name}.json")
    plots.curves({result.name: result.history}).savefig(folder / f"{result.name}.png", dpi=150)
    handin.save_weights(
        folder / f"{result.name}.safetensors", result.model, kind, result.config, data
    )


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
    parser.add_argument("--epochs", type=int, help="instead of the preset's number")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument("--device", help="such as cpu or cuda (default: the GPU if there is one)")
    options = parser.parse_args(arguments)
    try:
        data = datasets.load(options.data)
        print(data.describe())
        result = run(
            options.name, data, options.output, options.device, options.epochs, options.seed
        )
    except (datasets.DataError, FloatingPointError, NotImplementedError) as error:
        parser.exit(1, f"{error}\n")
    print(result.row())
    print(f'History, curves and weights are in "{options.output}".')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
