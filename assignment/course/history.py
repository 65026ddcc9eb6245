"""What goes into a training run and what comes out of it: settings and history."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Settings:
    """How to train; your choice. Batch size and augmentation are the loader's."""

    epochs: int = 10
    learning_rate: float = 1e-3  # the highest, reached after the warm-up
    weight_decay: float = 0.05  # AdamW: Loshchilov and Hutter 2019
    warmup_epochs: float = 1.0  # the learning rate rises from 0 over these
    label_smoothing: float = 0.1  # share of the target spread over all classes
    clip_norm: float = 1.0  # a longer gradient is scaled down to this length
    seed: int = 0  # of the dropout
    batch_size: int = 128  # images in a step; what the loader is built with


@dataclass
class History:
    """What happened in training: a row for each epoch, and the whole in a few numbers.

    A row has epoch, train_loss, train_accuracy (of augmented images, while the weights still
    change), validation_loss, validation_accuracy and images_per_second.
    Losses are cross entropies without label smoothing; accuracies are from 0 to 1.
    """

    settings: Settings
    device: str
    parameters: int
    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    def save(self, path: Path | str) -> None:
        """Write everything as JSON."""
        Path(path).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote."""
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(**content | {"settings": Settings(**content["settings"])})
