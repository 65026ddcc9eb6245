"""Variants of a model at equal budget: the same data, steps and settings, several seeds.

A difference between two variants means something where it is larger than the difference
between two seeds of one variant; every table and picture here shows both.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from course import loader, training
from course.datasets import ImageData
from course.history import Settings
from course.run import TrainingError
from labs.outcomes import Outcome, against, curves, table

__all__ = ["Outcome", "against", "curves", "study", "table"]

EVALUATION_BATCH = 250


def study(
    variants: Mapping[str, Callable[[], nn.Module]],
    data: ImageData,
    settings: Settings,
    seeds: Sequence[int] = (0, 1, 2),
    augmentation: loader.Augmentation | None = None,
    kept: Path | None = None,
) -> list[Outcome]:
    """Train each variant with each seed, all in the same way, and test it once.

    A tenth of the training images is held back for validation; the seed decides which.

    Args:
        variants: a name, and a function that builds the model with fresh weights.
        data: images of the size that the models read.
        settings: how to train; its seed is replaced.
        seeds: a run for each of them.
        augmentation: of the training images; None leaves them as they are.
        kept: a file of outcomes, a line of JSON each, written as they come. The next call takes
            from it what was trained in the same way and trains the rest; None keeps nothing.

    Returns:
        The outcomes, variant by variant.

    Raises:
        TrainingError: where a run stopped before its last epoch. What was finished is kept.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    finished = read(kept) if kept is not None else {}
    outcomes = []
    images = round(settings.epochs * (len(data.train_images) * 0.9))
    with tqdm(total=len(variants) * len(seeds) * images, unit=" images", mininterval=0.5) as bar:
        for number, (variant, seed) in enumerate((v, s) for v in variants for s in seeds):
            torch.manual_seed(seed)
            model = variants[variant]().to(device)
            chosen = replace(settings, seed=seed)
            key = fingerprint(variant, model, data, chosen, augmentation)
            if key not in finished:
                finished[key] = run(variant, model, data, chosen, augmentation, bar)
                if kept is not None:
                    write(kept, key, finished[key])
                bar.write(f"{variant}, seed {seed}: {finished[key].test_accuracy:.1%} right")
            outcomes.append(finished[key])
            bar.update((number + 1) * images - bar.n)
    return outcomes


def run(
    variant: str,
    model: nn.Module,
    data: ImageData,
    settings: Settings,
    augmentation: loader.Augmentation | None,
    bar: tqdm,
) -> Outcome:
    """Train and test one model."""
    device = next(model.parameters()).device
    train, validation = loader.split(data, seed=settings.seed)
    shared: dict[str, Any] = {"mean": data.mean, "std": data.std, "device": device}
    train_loader = loader.Loader(
        data.train_images[train],
        data.train_labels[train],
        batch_size=settings.batch_size,
        augmentation=augmentation,
        shuffle=True,
        seed=settings.seed,
        **shared,
    )
    validation_loader, test_loader = (
        loader.Loader(images, labels, batch_size=EVALUATION_BATCH, **shared)
        for images, labels in (
            (data.train_images[validation], data.train_labels[validation]),
            (data.test_images, data.test_labels),
        )
    )
    history = training.train(model, train_loader, validation_loader, settings, bar=bar)
    if history.stopped:
        raise TrainingError(
            f"The study stopped at {variant}, seed {settings.seed}. {history.stopped} "
            "Call it again to go on; with `kept`, finished runs are not trained again."
        )
    loss, accuracy = training.evaluate(model, test_loader)
    return Outcome(
        variant,
        settings.seed,
        history.parameters,
        count_flops(model, train_loader.images[:1]),
        history.rows[-1]["seconds"],
        accuracy,
        loss,
        history,
    )


def count_flops(model: nn.Module, image: Tensor) -> int:
    """Operations of one image's way forward, a multiplication and an addition being two.

    Only products of matrices and convolutions are counted, by torch.utils.flop_counter: the
    rest (norms, softmax, sums) is small beside them.

    Args:
        model: images to anything.
        image: (1, channels, height, width), of any dtype.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.eval()(image.float())
    return counter.get_total_flops()


@torch.no_grad()
def fingerprint(
    variant: str,
    model: nn.Module,
    data: ImageData,
    settings: Settings,
    augmentation: loader.Augmentation | None,
) -> str:
    """A name for all that a run depends on, with what the untrained model makes of an image."""
    device = next(model.parameters()).device
    logits = model.eval()(data.train_images[:2].to(device).float() / 255)
    what = {
        "variant": variant,
        "data": [data.name, len(data.train_images), len(data.test_images)],
        "settings": asdict(settings),
        "augmentation": str(augmentation),
        "model": {name: list(value.shape) for name, value in model.state_dict().items()},
        "logits": [round(number, 3) for number in logits.flatten().tolist()],
        "device": device.type,
    }
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def read(path: Path) -> dict[str, Outcome]:
    """What `write` wrote, by key; nothing where there is no file.

    Raises:
        TrainingError: where a line is none of ours.
    """
    found: dict[str, Outcome] = {}
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            kept = json.loads(line)
            found[kept["key"]] = Outcome.of(kept["outcome"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TrainingError(
                f'Line {number} of "{path}" is no outcome of a study: delete the line, or the '
                "file to train everything again."
            ) from error
    return found


def write(path: Path, key: str, outcome: Outcome) -> None:
    """Add an outcome to the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, "outcome": outcome.facts()}) + "\n")
