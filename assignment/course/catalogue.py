"""The experiments of the course: each a model, a loader and settings, under one name."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from course.handin import Kind
from course.history import Settings
from course.loader import Augmentation


@dataclass(frozen=True)
class Preset:
    """One experiment.

    Attributes:
        about: one sentence.
        kind: "vit", "resnet" or "cnn".
        config: the model's keyword arguments, but for the number of classes.
        settings: how to train.
        augmentation: of the training images.
        validation_fraction: share of the training images that is kept for validation.
        num_classes: only the data set's first so many classes; 0 is all of them.
        threads: of the CPU; 0 is as many as it has cores.
    """

    about: str
    kind: Kind
    config: dict[str, Any]
    settings: Settings
    augmentation: Augmentation = field(default_factory=Augmentation)
    validation_fraction: float = 0.1
    num_classes: int = 0
    threads: int = 0

    def recipe(self) -> str:
        """What a result of this preset rests on, but for seed, epochs and threads, in short.

        A setting that came later and is off does not change it.
        """
        settings = replace(self.settings, seed=0, epochs=0)
        parts = [chosen(settings, Settings()), chosen(self.augmentation, Augmentation())]
        facts = [self.kind, self.config, *parts, self.validation_fraction, self.num_classes]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def chosen(values: Any, standard: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from the standard ones."""
    mine, usual = asdict(values), asdict(standard)
    return {name: mine[name] for name in mine if mine[name] != usual[name]}


def vit(
    embed_dim: int,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    patch_size: int = 4,
    **options: Any,
) -> dict[str, Any]:
    """The configuration of a ViT for 32 x 32 colour images."""
    return {
        "image_size": 32,
        "patch_size": patch_size,
        "in_channels": 3,
        "embed_dim": embed_dim,
        "hidden_dim": hidden_dim,
        "num_layers": num_layers,
        "num_heads": num_heads,
        **options,
    }


AS_THEY_ARE = Augmentation(flip=0.0, crop=0.0)
FLIPPED = Augmentation(flip=0.5, crop=0.0)
SHIFTED = Augmentation(flip=0.5, crop=0.25)
MUCH = Augmentation(flip=0.5, crop=1.0, erase=0.5)

# The slides name a learning rate, a batch size and a number of epochs, and say that training
# ends at 100 % and a loss near 0: nothing else is switched on.
SLIDES = Settings(
    epochs=180,
    batch_size=128,
    learning_rate=3e-4,
    weight_decay=0.01,
    warmup_epochs=0.0,
    schedule="constant",
    label_smoothing=0.0,
    clip_norm=float("inf"),
    keep="last",
    compile=True,
)
MUON = Settings(
    optimizer="muon",
    learning_rate=3e-3,
    muon_learning_rate=0.02,
    whiten=True,
    weight_decay=0.0,
    label_smoothing=0.0,
    keep="last",
)

FAST = replace(MUON, schedule="linear", muon_momentum=0.9)
LONG = replace(
    MUON,
    epochs=180,
    learning_rate=2e-3,
    muon_learning_rate=0.01,
    whiten=False,
    warmup_epochs=5,
    weight_decay=0.05,
    label_smoothing=0.1,
    mixup=0.2,
    cutmix=0.4,
    compile=True,
)

PRESETS: dict[str, Preset] = {
    "quick-vit": Preset(
        "A small ViT with patches of 8 x 8, for the sample: half a minute on two cores.",
        "vit",
        vit(64, 128, 3, 4, patch_size=8),
        Settings(epochs=6, batch_size=64, learning_rate=2e-3),
        FLIPPED,
    ),
    "quick-resnet": Preset(
        "A small ResNet, for the sample: half a minute on two cores.",
        "resnet",
        {"width": 8, "blocks": [1, 1, 1]},
        Settings(epochs=3, batch_size=64, learning_rate=1e-2),
        FLIPPED,
    ),
    "homework-vit": Preset(
        "The homework's ViT, for CIFAR-10: 60 % or so, with room for you to tune.",
        "vit",
        vit(64, 128, 4, 4),
        Settings(epochs=4, batch_size=64, learning_rate=1.5e-3),
        SHIFTED,
    ),
    "homework-resnet": Preset(
        "The homework's ResNet, for CIFAR-10: 70 % or so, with room for you to tune.",
        "resnet",
        {"width": 16, "blocks": [1, 1, 1]},
        Settings(epochs=3, batch_size=64, learning_rate=1e-2),
        SHIFTED,
    ),
    "slides-vit": Preset(
        "The slides' ViT with the slides' hyperparameters, 180 epochs: wants a GPU.",
        "vit",
        vit(256, 512, 6, 8, dropout=0.2),
        SLIDES,
        AS_THEY_ARE,
    ),
    "slides-cnn": Preset(
        "The slides' CNN with the slides' hyperparameters, 180 epochs: wants a GPU.",
        "cnn",
        {},
        SLIDES,
        AS_THEY_ARE,
    ),
    "ours-vit": Preset(
        "The slides' ViT and 180 epochs, with our recipe: wants a GPU.",
        "vit",
        vit(256, 512, 6, 8, pool="mean", positions="sinusoidal-2d"),
        replace(LONG, whiten=True, batch_size=256, drop_path=0.1),
        MUCH,
        validation_fraction=0.02,
    ),
    "ours-cnn": Preset(
        "The slides' CNN and 180 epochs, with our recipe: wants a GPU.",
        "cnn",
        {},
        replace(LONG, batch_size=512),
        MUCH,
        validation_fraction=0.02,
    ),
    "small-hardware-vit": Preset(
        "A ViT of 256/4/4/1024 trained for 5 epochs with Adam, as on little hardware.",
        "vit",
        vit(256, 1024, 4, 4, patch_embedding="convolution"),
        Settings(
            epochs=5,
            batch_size=64,
            learning_rate=1e-3,
            weight_decay=1e-4,
            optimizer="adam",
            warmup_epochs=0.0,
            schedule="constant",
            label_smoothing=0.0,
            clip_norm=float("inf"),
            keep="last",
        ),
        AS_THEY_ARE,
        validation_fraction=0.2,
    ),
    "base-four-classes": Preset(
        "ViT-Base on airplane, automobile, bird and cat: wants a GPU.",
        "vit",
        vit(768, 3072, 12, 12, patch_size=8, pool="mean", positions="sinusoidal-2d"),
        replace(
            MUON, epochs=10, batch_size=64, learning_rate=1e-3, warmup_epochs=0.1, compile=True
        ),
        SHIFTED,
        validation_fraction=0.2,
        num_classes=4,
    ),
    "fast-cpu": Preset(
        "The least CPU time to 50 %: less than a quarter of an epoch on one thread.",
        "vit",
        vit(88, 132, 2, 4, pool="mean", positions="sinusoidal-2d"),
        replace(
            FAST,
            epochs=0.22,
            batch_size=48,
            muon_learning_rate=0.04,
            muon_momentum=0.85,
            warmup_epochs=0.01,
        ),
        FLIPPED,
        threads=1,
    ),
    "fast-gpu": Preset(
        "50 % in the fraction of a second, on a GPU that is warmed up.",
        "vit",
        vit(96, 192, 2, 6, pool="mean", positions="sinusoidal-2d"),
        replace(FAST, epochs=1, batch_size=512, warmup_epochs=0.1, compile=True),
        FLIPPED,
    ),
    "fast-gpu-resnet": Preset(
        "60 % in the fraction of a second, on a GPU that is warmed up.",
        "resnet",
        {"width": 16, "blocks": [1, 1, 1]},
        replace(
            FAST,
            epochs=3,
            batch_size=512,
            learning_rate=1e-2,
            warmup_epochs=0.1,
            whiten=False,
            compile=True,
        ),
        FLIPPED,
    ),
    "five-minutes": Preset(
        "What five CPU-minutes on one thread can give.",
        "vit",
        vit(128, 256, 4, 4, pool="mean", positions="sinusoidal-2d"),
        replace(MUON, epochs=4, batch_size=64, warmup_epochs=0.1),
        SHIFTED,
        threads=1,
    ),
}
