"""What goes into a training run and what comes out of it: settings and history."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

from torch import Tensor

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Settings:
    """How to train; your choice. Augmentation is the loader's.

    The first block is what every run needs. Each entry of the second block switches on a trick
    of `course/recipes.py`, and at 0 it is off.
    """

    epochs: float = 10  # passes over the training images; the last may be a part of one
    learning_rate: float = 1e-3  # the highest, reached after the warm-up
    weight_decay: float = 0.05  # of weight matrices and filters, not of biases and norms
    warmup_epochs: float = 1.0  # the learning rate rises from 0 over these
    schedule: Literal["cosine", "linear", "constant"] = "cosine"  # what it does after that
    label_smoothing: float = 0.1  # share of the target spread over all classes
    clip_norm: float = 1.0  # a longer gradient is scaled down to this length
    seed: int = 0  # of the dropout
    batch_size: int = 128  # images in a step; what the loader is built with
    optimizer: Literal["adamw", "adam", "muon"] = "adamw"
    keep: Literal["best", "last"] = "best"  # the epoch whose weights the model ends with

    muon_learning_rate: float = 0.02  # of the hidden matrices, where the optimizer is "muon"
    muon_momentum: float = 0.95  # share of the former steps' direction in the next one
    whiten: bool = False  # start the patch projection as a whitening of the patches
    mixup: float = 0.0  # probability that an image is blended with another
    cutmix: float = 0.0  # probability that an image gets a rectangle of another
    drop_path: float = 0.0  # probability that the last block is skipped; less before it
    compile: bool = False  # on a GPU: fuse the model, record a step and repeat it; for long runs


@dataclass
class History:
    """What happened in training: a row for each epoch, and the whole in a few numbers.

    A row has epoch, train_loss, train_accuracy (of augmented images, while the weights still
    change), validation_loss, validation_accuracy, learning_rate (at the epoch's end),
    images_per_second, and seconds (spent on training so far, without the validation).
    Losses are cross entropies without label smoothing; accuracies are from 0 to 1.
    """

    settings: Settings
    device: str
    precision: str
    parameters: int
    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    seconds: float = 0.0  # with the validation
    cpu_seconds: float = 0.0  # of all threads, for the training without the validation
    stopped: str = ""  # why the training ended before its last epoch
    weights: dict[str, Weights] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights the model ends with; 0 where there is none."""
        return self.best_epoch if self.settings.keep == "best" else len(self.rows)

    def describe_last(self) -> str:
        """The last row, in a line."""
        row = self.rows[-1]
        return (
            f"epoch {row['epoch']:>3.0f}: training {row['train_loss']:.3f}, "
            f"{row['train_accuracy']:.1%}; validation {row['validation_loss']:.3f}, "
            f"{row['validation_accuracy']:.1%}; {row['images_per_second']:,.0f} images/s"
        )

    def save(self, path: Path | str) -> None:
        """Write everything but the weights as JSON."""
        Path(path).write_text(json.dumps(self.facts(), indent=1) + "\n", encoding="utf-8")

    def facts(self) -> dict:
        """Everything but the weights, in plain types."""
        return asdict(replace(self, weights={}))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote."""
        return cls.of(json.loads(Path(path).read_text(encoding="utf-8")))

    @classmethod
    def of(cls, facts: dict) -> Self:
        """The history with these `facts`."""
        return cls(**facts | {"settings": Settings(**facts["settings"])})
