"""Larger models, from timm: what they make of small images, and where their weights come from."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import timm
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor, nn

from course.checkpoints import WeightsError
from course.plots import finish

HUB = "huggingface.co"
PATIENCE = 3.0  # seconds


def attempt(name: str, size: int, **options: Any) -> str:
    """What a model of timm makes of images of size x size: the shape of its logits, or its error.

    Only shapes are worked out (PyTorch's device "meta"), so that a large model takes no time.

    Args:
        name: the model's name in timm.
        size: height and width of the images, in pixels.
        options: for `timm.create_model`.
    """
    with torch.device("meta"):
        model = timm.create_model(name, num_classes=10, **options).eval()
        try:
            return f"logits {tuple(model(torch.empty(1, 3, size, size)).shape)}"
        except (AssertionError, RuntimeError, ValueError) as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def influence(model: nn.Module, images: Tensor) -> Tensor:
    """How much each pixel moves the logits: (height, width), the largest number being 1.

    The mean, over images, channels and logits, of the gradient's absolute value. A pixel of 0
    might as well not be there.

    Args:
        model: images to logits.
        images: (batch, channels, height, width), floating.
    """
    pixels = images.clone().requires_grad_()
    logits = model.eval()(pixels).sum(dim=0)
    gradients = [torch.autograd.grad(logit, pixels, retain_graph=True)[0] for logit in logits]
    strength = torch.stack(gradients).abs().mean(dim=(0, 1, 2))
    return strength / strength.max()


def influences(images: Tensor, models: Mapping[str, nn.Module]) -> Figure:
    """An image, and beside it, for each model, how much each of its pixels moves the logits.

    Args:
        images: (batch, channels, height, width), floating; the first one is drawn.
        models: each by a name; images to logits.
    """
    figure, panels = plt.subplots(1, 1 + len(models), figsize=(2.9 * (1 + len(models)), 3.3))
    panels[0].imshow(images[0].mean(dim=0).numpy(), cmap="gray")
    panels[0].set_title("the image", fontsize=10)
    for axes, (name, model) in zip(panels[1:], models.items(), strict=True):
        strength = influence(model, images)
        axes.imshow(strength.numpy(), cmap="cividis", vmin=0, vmax=1)
        axes.set_title(f"{name}:\n{(strength > 0).float().mean():.0%} of the pixels", fontsize=10)
    for axes in panels:
        axes.set_axis_off()
    return finish(figure)


def pretrained(name: str, file: Path | str | None = None, **options: Any) -> nn.Module:
    """A model of timm with weights that others trained.

    Args:
        name: the model's name in timm.
        file: its weights, downloaded before; None asks the hub for them.
        options: for `timm.create_model`, such as num_classes, in_chans, img_size.

    Raises:
        WeightsError: where they cannot be had; the message says what to do.
    """
    what = f'The weights of "{name}" cannot be had'
    where = getattr(timm.get_pretrained_cfg(name), "hf_hub_id", None)
    advice = (
        f"Download model.safetensors from {HUB}/{where} where you can, put it beside the notebook, "
        "and give its path; or go on without: the model from scratch needs none."
    )
    if file is not None and not Path(file).is_file():
        raise WeightsError(f'{what}: there is no file "{file}". {advice}')
    try:
        if file is None:
            socket.create_connection((HUB, 443), PATIENCE).close()
        overlay = None if file is None else {"file": str(file)}
        return timm.create_model(name, pretrained=True, pretrained_cfg_overlay=overlay, **options)
    except Exception as error:  # the hub's client and timm have the errors of several libraries
        raise WeightsError(f"{what} ({type(error).__name__}: {error}). {advice}") from error
