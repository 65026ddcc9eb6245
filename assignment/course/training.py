"""The training loop: one for CPU and GPU, to be read in one sitting."""

import math
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from course import precision, recipes
from course.history import History, Settings
from course.loader import Loader
from course.run import Run, TrainingError, explain, require_classes


def train(
    model: nn.Module,
    train_loader: Loader,
    validation_loader: Loader,
    settings: Settings,
    checkpoint: Path | str | None = None,
    bar: tqdm | None = None,
) -> History:
    """Train the model in place, on the training loader's device.

    It ends with the weights of its best or its last epoch (`settings.keep`); the history has
    both. Whatever stops the training early, such as the stop button, Ctrl+C or a loss that is
    no number, is said in one sentence, also in `history.stopped`, and what was learnt is kept.

    Args:
        model: images (batch, 3, height, width) to logits (batch, classes).
        train_loader: augmented and shuffled.
        validation_loader: neither.
        settings: how to train.
        checkpoint: a file to resume from if it is there; brought up to date after each epoch.
            Resumed on the same device, training ends as if it had never stopped.
        bar: counts images over several trainings, instead of one of this training's own with a
            line for each epoch.

    Raises:
        TrainingError: where model, data and settings do not fit, or nothing was learnt before
            training stopped; the message says what to change.
    """
    require_classes(model, train_loader)
    run = Run(model, settings, train_loader)
    if checkpoint is not None:
        run.resume(Path(checkpoint))
    history, start, seconds_before = run.history, time.perf_counter(), run.history.seconds
    shared = bar is not None
    if bar is None:
        bar = tqdm(total=run.images_until(run.total_steps), unit=" images", mininterval=0.5)
        bar.update(run.images_until(run.step))
    with nullcontext() if shared else bar, recipes.drop_path(model, settings.drop_path):
        try:
            while len(history.rows) < settings.epochs:
                row = train_epoch(run, train_loader, bar)
                loss, accuracy = evaluate(run.model, validation_loader)
                row |= {"validation_loss": loss, "validation_accuracy": accuracy}
                history.seconds = seconds_before + time.perf_counter() - start
                run.end_epoch(row)
                if checkpoint is not None:
                    run.save(Path(checkpoint))
                if not shared:
                    bar.write(history.describe_last())
        except (KeyboardInterrupt, ArithmeticError, RuntimeError, MemoryError, OSError) as error:
            history.stopped = explain(error, history)
            bar.write(history.stopped)
            if not history.rows:
                raise TrainingError(history.stopped) from error
        finally:
            if history.rows:
                model.load_state_dict(history.weights[settings.keep])
    return history


def train_epoch(run: Run, loader: Loader, bar: tqdm) -> dict[str, float]:
    """Take one step for each batch; return the epoch's loss, accuracy, rate and speed."""
    run.model.train()
    totals, seen, epoch = torch.zeros(2, device=loader.device), 0, len(run.history.rows) + 1
    bar.set_description(f"epoch {epoch}/{math.ceil(run.settings.epochs)}", refresh=False)
    start, cpu_start = time.perf_counter(), time.process_time()
    for images, labels in loader:
        logits, targets = take_step(run, images, labels)
        plain_loss = F.cross_entropy(logits, targets, reduction="sum")
        totals += torch.stack([plain_loss, (logits.argmax(dim=1) == labels).sum()])
        seen += len(labels)
        bar.update(len(labels))
        last = run.step == run.total_steps or seen == loader.count
        if last or run.step % 20 == 0:  # reading numbers makes a GPU wait
            mean_loss, accuracy = (totals / seen).tolist()
            if not math.isfinite(mean_loss):
                raise FloatingPointError(f"the loss became {mean_loss} near step {run.step}")
            bar.set_postfix_str(f"loss {mean_loss:.2f}, accuracy {accuracy:.1%}", refresh=False)
        if last:
            break
    seconds = time.perf_counter() - start
    run.history.cpu_seconds += time.process_time() - cpu_start
    before = run.history.rows[-1]["seconds"] if run.history.rows else 0.0
    return {
        "epoch": epoch,
        "train_loss": mean_loss,
        "train_accuracy": accuracy,
        "learning_rate": float(run.optimizers[0].param_groups[0]["lr"]),
        "images_per_second": seen / seconds,
        "seconds": before + seconds,
    }


def take_step(run: Run, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Change the weights once; return the logits and the targets they were held against."""
    run.set_rate()
    step = partial(learn, run)
    logits, targets = run.replay(step, images, labels) if run.replay else step(images, labels)
    run.step += 1
    return logits, targets


def learn(run: Run, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """What a step computes: logits, loss, gradients, new weights."""
    settings, targets = run.settings, labels
    if settings.mixup or settings.cutmix:
        one_hot = F.one_hot(labels, run.classes).float()
        images, targets = recipes.mix(images, one_hot, settings)
    with precision.autocast(run.device, run.precision):
        logits = run.compiled(images.contiguous(memory_format=run.memory_format)).float()
    run.descend(F.cross_entropy(logits, targets, label_smoothing=settings.label_smoothing))
    return logits.detach(), targets


def evaluate(model: nn.Module, loader: Loader) -> tuple[float, float]:
    """Cross entropy and accuracy (from 0 to 1) over all images of the loader."""
    logits, labels = predict(model, loader)
    right = (logits.argmax(dim=1) == labels).float()
    return F.cross_entropy(logits, labels).item(), right.mean().item()


@torch.no_grad()
def predict(model: nn.Module, loader: Loader) -> tuple[Tensor, Tensor]:
    """Logits (count, classes) and labels (count,) of all images, in eval mode."""
    model.eval()
    device = next(model.parameters()).device
    with precision.autocast(device, precision.choose(device)):
        batches = [(model(images.to(device)).float(), labels) for images, labels in loader]
    logits, labels = map(torch.cat, zip(*batches, strict=True))
    return logits, labels.to(device)
