"""The training loop: one for CPU and GPU, to be read in one sitting."""

import math
import time
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from course.history import History, Settings
from course.loader import Loader


def train(
    model: nn.Module,
    train_loader: Loader,
    validation_loader: Loader,
    settings: Settings,
    device: torch.device | str | None = None,
) -> History:
    """Train the model in place; it ends with the weights of its best validation epoch.

    Interrupting (the stop button, or Ctrl+C) ends the training and keeps what was learnt.

    Args:
        model: images (batch, 3, height, width) to logits (batch, classes).
        train_loader: augmented and shuffled.
        validation_loader: neither.
        settings: how to train.
        device: where; None is the training loader's own.

    Raises:
        FloatingPointError: where the loss is no longer a finite number.
    """
    device = torch.device(device or train_loader.device)
    model.to(device)
    torch.manual_seed(settings.seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = warmup_cosine(optimizer, settings, len(train_loader))
    scaler = torch.amp.GradScaler(device.type, enabled=precision(device) == torch.float16)
    history = History(settings, str(device), sum(p.numel() for p in model.parameters()))
    best_accuracy, best_weights = -1.0, model.state_dict()
    count, start = len(train_loader.images), time.perf_counter()
    try:
        for epoch in range(1, settings.epochs + 1):
            title = f"epoch {epoch}/{settings.epochs}"
            with tqdm(None, title, count, unit=" images", mininterval=0.5) as bar:
                row = train_epoch(model, train_loader, settings, optimizer, schedule, scaler, bar)
                loss, accuracy = evaluate(model, validation_loader)
                bar.set_postfix_str(f"{bar.postfix}, validation {loss:.2f}, {accuracy:.1%}")
            row |= {"epoch": epoch, "validation_loss": loss, "validation_accuracy": accuracy}
            history.rows.append(row)
            if accuracy > best_accuracy:
                best_accuracy, history.best_epoch = accuracy, epoch
                best_weights = {name: value.clone() for name, value in model.state_dict().items()}
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        model.load_state_dict(best_weights)
    history.seconds = time.perf_counter() - start
    return history


def train_epoch(
    model: nn.Module,
    loader: Loader,
    settings: Settings,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    scaler: torch.amp.GradScaler,
    bar: tqdm,
) -> dict[str, float]:
    """Take one step for each batch; return the epoch's loss, accuracy and speed."""
    model.train()
    device = next(model.parameters()).device
    totals, start = torch.zeros(2, device=device), time.perf_counter()
    for step, (images, labels) in enumerate(loader, start=1):
        images, labels = images.to(device), labels.to(device)
        with autocast(device):
            logits = model(images).float()
        loss = F.cross_entropy(logits, labels, label_smoothing=settings.label_smoothing)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        schedule.step()
        plain_loss = F.cross_entropy(logits.detach(), labels, reduction="sum")
        totals += torch.stack([plain_loss, (logits.argmax(dim=1) == labels).sum()])
        bar.update(len(labels))
        if step % 10 == 0 or step == len(loader):  # reading numbers makes a GPU wait
            mean_loss, accuracy = (totals / bar.n).tolist()
            if not math.isfinite(mean_loss):
                raise FloatingPointError(
                    f"The loss became {mean_loss} near step {step} of {bar.desc.strip(': ')}: "
                    f"try a learning rate below {settings.learning_rate:g} or a longer warm-up."
                )
            bar.set_postfix_str(f"loss {mean_loss:.2f}, accuracy {accuracy:.1%}", refresh=False)
    speed = len(loader.images) / (time.perf_counter() - start)
    return {"train_loss": mean_loss, "train_accuracy": accuracy, "images_per_second": speed}


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
    with autocast(device):
        batches = [(model(images.to(device)).float(), labels) for images, labels in loader]
    logits, labels = map(torch.cat, zip(*batches, strict=True))
    return logits, labels.to(device)


def precision(device: torch.device) -> torch.dtype:
    """bfloat16 on a GPU that computes in it, float16 on an older one, float32 on a CPU."""
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16


def autocast(device: torch.device) -> AbstractContextManager:
    """Mixed precision (Micikevicius et al. 2018): weights in float32, most products in less."""
    return torch.autocast(device.type, precision(device), enabled=device.type == "cuda")


def warmup_cosine(
    optimizer: torch.optim.Optimizer, settings: Settings, steps_per_epoch: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """Per step: up in a line, then down to 0 in half a cosine (Loshchilov and Hutter 2017)."""
    warmup = settings.warmup_epochs * steps_per_epoch
    total = settings.epochs * steps_per_epoch

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / (warmup + 1)
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
