"""The tricks of training, one function each. What each one gains, `make tricks` measures.

`training.train` calls them; `Settings` switches them on.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course.history import Settings
from course.muon import Muon


def optimizers(model: nn.Module, settings: Settings) -> list[torch.optim.Optimizer]:
    """AdamW or Adam for everything; or Muon for the hidden matrices and AdamW for the rest.

    AdamW takes weight decay apart from the gradient (Loshchilov and Hutter 2019, arXiv
    1711.05101); Adam adds it to the gradient. Muon (Jordan et al. 2024) is for matrices and
    filters between the first, which reads the pixels, and the last, which gives the logits.
    Biases, norms, positions and the class token are not decayed.

    Raises:
        ValueError: where there is no optimizer of this name.
    """
    if settings.optimizer not in ("adamw", "adam", "muon"):
        raise ValueError(f'optimizer is "adamw", "adam" or "muon", not "{settings.optimizer}"')
    named = dict(model.named_parameters())
    matrices = [name for name, p in named.items() if name.endswith("weight") and p.ndim > 1]
    hidden = matrices[1:-1] if settings.optimizer == "muon" else []
    decayed = [named[name] for name in matrices if name not in hidden]
    spared = [parameter for name, parameter in named.items() if name not in matrices]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": spared, "weight_decay": 0.0}]
    adam = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
    found: list[torch.optim.Optimizer] = [
        adam(groups, settings.learning_rate, weight_decay=settings.weight_decay, fused=True)
    ]
    if hidden:
        found.append(
            Muon(
                [named[name] for name in hidden],
                settings.muon_learning_rate,
                settings.weight_decay,
                settings.muon_momentum,
            )
        )
    return found


def rate(step: int, settings: Settings, steps_per_epoch: int) -> float:
    """The share of the highest learning rate at a step: up in a line, then down.

    "cosine" goes down to 0 in half a cosine (Loshchilov and Hutter 2017, arXiv 1608.03983),
    "linear" in a line, "constant" stays at 1.
    """
    warmup = settings.warmup_epochs * steps_per_epoch
    total = settings.epochs * steps_per_epoch
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if settings.schedule == "constant":
        return 1.0
    done = min(1.0, (step - warmup) / max(1, total - warmup))
    return 1 - done if settings.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done))


def mix(images: Tensor, targets: Tensor, settings: Settings) -> tuple[Tensor, Tensor]:
    """Mixup and CutMix: images made of two, with targets made of both labels.

    Each image has its own draws, its own share, and the image before it in the shuffled batch
    as its partner: mixup blends the two pixel by pixel (Zhang et al. 2018, arXiv 1710.09412),
    CutMix pastes a rectangle of the partner (Yun et al. 2019, arXiv 1905.04899).

    Args:
        images: (batch, channels, height, width).
        targets: (batch, classes), each row sums to one.
        settings: `mixup` and `cutmix` are probabilities that together are at most 1.

    Returns:
        Images and targets of the same shapes.
    """
    count, rows, columns = len(images), *images.shape[2:]
    kind, share, top, left = torch.rand(4, count, 1, 1, device=targets.device)
    side = (1 - share).sqrt()
    row = (torch.arange(rows, device=targets.device).view(-1, 1) + 0.5) / rows
    column = (torch.arange(columns, device=targets.device) + 0.5) / columns
    inside = ((row - top).abs() < side / 2) & ((column - left).abs() < side / 2)

    blended = kind < settings.mixup
    pasted = (kind < settings.mixup + settings.cutmix) & ~blended
    keep = torch.where(blended, share, torch.where(pasted, 1.0 - inside.float(), 1.0))
    mixed = torch.lerp(images.roll(1, 0), images, keep.unsqueeze(1).to(images.dtype))
    return mixed, torch.lerp(targets.roll(1, 0), targets, keep.mean(dim=(1, 2)).unsqueeze(1))


@contextmanager
def drop_path(model: nn.Module, probability: float) -> Iterator[None]:
    """Stochastic depth: in training, each image skips a block's attention or MLP at random.

    The probability grows in a line from 0 in the first block to `probability` in the last;
    what is not skipped is scaled up, so that the mean stays. It acts from outside, by hooks on
    `attention` and `mlp` of each block in `model.encoder.blocks`, and ends with the context.

    Source: Huang et al. 2016 (arXiv 1603.09382), section 3.
    """
    if not probability:
        yield
        return
    blocks = model.get_submodule("encoder.blocks")
    handles = []
    for number, block in enumerate(blocks.children()):
        dropping = dropper(probability * number / max(1, len(list(blocks.children())) - 1))
        for part in ("attention", "mlp"):
            handles.append(block.get_submodule(part).register_forward_hook(dropping))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def dropper(probability: float) -> Callable[[nn.Module, object, Tensor], Tensor]:
    """A forward hook that sets whole images' outputs to 0 in training."""

    def drop(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        if not module.training:
            return output
        shape = (len(output),) + (1,) * (output.ndim - 1)
        kept = torch.rand(shape, device=output.device) >= probability
        return output * (kept / (1 - probability)).to(output.dtype)

    return drop


def memory_format(model: nn.Module) -> torch.memory_format:
    """Pixel by pixel with the channels together for a convolutional net, else as images come.

    A patch projection does not make a net convolutional: its windows do not overlap.
    """
    overlapping = any(
        isinstance(module, nn.Conv2d) and module.stride[0] < module.kernel_size[0]
        for module in model.modules()
    )
    return torch.channels_last if overlapping else torch.contiguous_format


@torch.no_grad()
def whiten(model: nn.Module, images: Tensor, patch_size: int) -> None:
    """Start the patch projection as a whitening: uncorrelated outputs of the same size.

    The rows become the patches' principal directions, each divided by its standard deviation,
    and then the same with the other sign. Rows that are left over stay as they are.

    Args:
        model: its `projection.weight` is changed, in place.
        images: (count, channels, height, width) as the model sees them; some hundred do.
        patch_size: of the model.

    Source: for the first layer of a convolutional net, Jordan 2024 (arXiv 2404.00498),
    section 3.2.
    """
    weight = model.get_parameter("projection.weight")
    directions, variance = principal_directions(images, patch_size)
    filters = directions / (variance + 5e-4).sqrt().unsqueeze(1)
    filters = torch.cat([filters, -filters])[: len(weight)]
    weight[: len(filters)] = filters.view(-1, *weight.shape[1:]).to(weight)


def principal_directions(images: Tensor, patch_size: int) -> tuple[Tensor, Tensor]:
    """In which directions the patches vary most.

    Args:
        images: (count, channels, height, width).
        patch_size: height and width of a patch, in pixels.

    Returns:
        The directions, (channels * patch_size**2, channels * patch_size**2), one a row, of
        length 1, and the variance along each, falling.
    """
    patches = F.unfold(images.float(), patch_size, stride=patch_size).transpose(1, 2).flatten(0, 1)
    variance, directions = torch.linalg.eigh(torch.cov(patches.T))
    return directions.T.flip(0), variance.flip(0).clamp(min=0)
