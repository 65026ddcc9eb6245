"""One training run: everything that changes while it goes, as a checkpoint holds it."""

import math
import os
import pickle
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course import precision, recipes
from course.history import History, Settings
from course.loader import Loader
from course.replay import Replay

PAUSE = 50  # between two checkpoints lies so many times what the last one took to write
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class TrainingError(RuntimeError):
    """Training cannot go on; the message says what happened and what to change."""


class Run:
    """The model, its optimizers, the random numbers, the history.

    Args:
        model: moved to the loader's device.
        settings: how to train.
        loader: of the training images.
    """

    def __init__(self, model: nn.Module, settings: Settings, loader: Loader) -> None:
        torch.manual_seed(settings.seed)
        self.device = loader.device
        torch.backends.cudnn.benchmark = True  # all batches have the same size
        self.memory_format = recipes.memory_format(model)
        self.model = model.to(self.device).to(memory_format=self.memory_format)
        self.settings = settings
        self.loader, self.generator = loader, loader.generator
        self.precision = precision.choose(self.device)
        self.step = 0
        self.next_save = 0.0
        self.total_steps = math.ceil(settings.epochs * len(loader))
        self.classes = int(loader.labels.max()) + 1
        self.optimizers = recipes.optimizers(model, settings)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["initial_lr"] = group["lr"]
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=self.precision == torch.float16
        )
        compiling = settings.compile and self.device.type == "cuda"  # on a CPU it gains little
        self.compiled = torch.compile(model) if compiling else model
        replaying = compiling and not self.scaler.is_enabled()  # the scaler looks at its numbers
        self.replay = Replay(self.optimizers) if replaying else None
        self.history = History(
            settings,
            str(self.device),
            str(self.precision).removeprefix("torch."),
            sum(parameter.numel() for parameter in model.parameters()),
        )

    def images_until(self, step: int) -> int:
        """How many images the first `step` steps read."""
        epochs, steps = divmod(step, len(self.loader))
        return epochs * self.loader.count + steps * self.loader.batch_size

    def set_rate(self) -> None:
        """Give every optimizer the learning rate of this step."""
        share = recipes.rate(self.step, self.settings, len(self.loader))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                if isinstance(group["lr"], Tensor):
                    group["lr"].fill_(group["initial_lr"] * share)
                else:
                    group["lr"] = group["initial_lr"] * share

    def descend(self, loss: Tensor) -> None:
        """Change the weights: gradients of the loss, clipped, and a step of each optimizer."""
        self.scaler.scale(loss).backward()
        for optimizer in self.optimizers:
            self.scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm)
        for optimizer in self.optimizers:
            self.scaler.step(optimizer)
            optimizer.zero_grad()
        self.scaler.update()

    def end_epoch(self, row: dict[str, float]) -> None:
        """Write the row down; keep the weights, and as the best ones where they are."""
        history = self.history
        history.rows.append(row)
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        history.weights["last"] = weights
        best = history.rows[history.best_epoch - 1] if history.best_epoch else None
        if best is None or row["validation_accuracy"] > best["validation_accuracy"]:
            history.best_epoch = len(history.rows)
            history.weights["best"] = weights

    def save(self, path: Path) -> None:
        """Write a checkpoint: all that the next epoch depends on.

        Where epochs are so short that writing would take a notable part of the time, this one is
        left out, and a resumed run takes up again at the one before.
        """
        start = time.perf_counter()
        if start < self.next_save:
            return
        content = {
            "what": self._what(),
            "step": self.step,
            "history": self.history.facts(),
            "weights": self.history.weights,
            "random": [state.cpu() for state in self._random()],
            "parts": [part.state_dict() for part in self._parts()],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".part")
        torch.save(content, unfinished)
        os.replace(unfinished, path)
        end = time.perf_counter()
        self.next_save = end + PAUSE * (end - start)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint if there is one.

        Raises:
            TrainingError: where it is damaged or belongs to a run of another kind.
        """
        if not path.exists():
            return
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            what = content["what"]
        except (RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
            raise TrainingError(
                f'"{path}" is not a checkpoint, or is damaged: delete it to train from the start.'
            ) from error
        ours = self._what()
        differing = [name for name in ours if what.get(name) != ours[name]]
        if differing:
            name = differing[0]
            raise TrainingError(
                f'"{path}" was written with {name} = {what.get(name)}, but now it is '
                f"{ours[name]}: use the same, or delete the file to train from the start."
            )
        for part, state in zip(self._parts(), content["parts"], strict=True):
            part.load_state_dict(state)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = float(group["lr"])  # a replayed run's rates are tensors
        self.history = History.of(content["history"])
        self.history.weights = content["weights"]
        self.history.stopped = ""
        self.step = content["step"]
        generator, cpu, *cuda = content["random"]
        self.generator.set_state(generator)
        torch.set_rng_state(cpu)
        for state in cuda:
            torch.cuda.set_rng_state(state, self.device)

    def _parts(self) -> list[Any]:
        return [self.model, *self.optimizers, self.scaler]

    def _random(self) -> list[Tensor]:
        cuda = [torch.cuda.get_rng_state(self.device)] if self.device.type == "cuda" else []
        return [self.generator.get_state(), torch.get_rng_state(), *cuda]

    def _what(self) -> dict[str, Any]:
        """What must be the same for a resumed run to end like one that never stopped."""
        model = {name: list(value.shape) for name, value in self.model.state_dict().items()}
        return asdict(self.settings) | {
            "device": self.device.type,
            "model": model,
            "images": len(self.loader.images),
            "loader.batch_size": self.loader.batch_size,
            "loader.augmentation": str(self.loader.augmentation),
        }


@torch.no_grad()
def require_classes(model: nn.Module, loader: Loader) -> None:
    """Try the model on one image.

    Raises:
        TrainingError: where it has fewer logits than there are classes.
    """
    images, _ = next(iter(Loader(loader.images[:1], loader.labels[:1], loader.mean, loader.std)))
    logits = model.to(loader.device).eval()(images.to(loader.device))
    classes = int(loader.labels.max()) + 1
    if logits.shape[-1] < classes:
        raise TrainingError(
            f"The labels go up to {classes - 1}, but the model gives {logits.shape[-1]} logits "
            f"for an image: build it with num_classes={classes}."
        )


def explain(error: BaseException, history: History) -> str:
    """One sentence: what stopped the training, what to change, what is kept.

    Raises:
        BaseException: the error itself, where it is none that training knows.
    """
    settings, epoch = history.settings, len(history.rows)
    if isinstance(error, KeyboardInterrupt):
        what = "Training was stopped by hand"
    elif isinstance(error, FloatingPointError):
        what = (
            f"Training stopped in epoch {epoch + 1}: {error}; try a learning rate below "
            f"{settings.learning_rate:g} or a longer warm-up"
        )
    elif isinstance(error, MemoryError) or any(t in str(error).lower() for t in OUT_OF_MEMORY):
        what = (
            f"Training stopped in epoch {epoch + 1}: {history.device} is out of memory; try a "
            f"batch_size below {settings.batch_size} or a smaller model"
        )
    elif isinstance(error, OSError):
        what = f"Training stopped: the checkpoint cannot be written ({error.strerror})"
    else:
        raise error
    kept = "nothing was learnt yet" if not epoch else f"the weights of epoch {epoch} are kept"
    return f"{what}. ({kept[0].upper()}{kept[1:]}.)"
