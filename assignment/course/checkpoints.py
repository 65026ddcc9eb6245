"""Gets weights that others trained, from a file or a hub, without running code from them."""

import importlib
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

HUB = "https://huggingface.co/timm/{}/resolve/main/model.safetensors"
RELEASES = "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-vitjx/"
# What to ask for, where it lies, and how many megabytes it has.
DOWNLOADS = {
    "jx_vit_base_p16_224-80ecf9dd.pth": (RELEASES + "jx_vit_base_p16_224-80ecf9dd.pth", 346),
    "vit_b_16-c867db91.pth": ("https://download.pytorch.org/models/vit_b_16-c867db91.pth", 346),
    "vit_tiny_patch16_224": (HUB.format("vit_tiny_patch16_224.augreg_in21k_ft_in1k"), 23),
    "vit_small_patch16_224": (HUB.format("vit_small_patch16_224.augreg_in21k_ft_in1k"), 88),
    "vit_base_patch16_224": (HUB.format("vit_base_patch16_224.augreg2_in21k_ft_in1k"), 346),
}
SUFFIXES = {".pth", ".pt", ".bin", ".tar", ".safetensors"}
WRAPPINGS = ("state_dict", "model")
NEEDS_CODE = re.compile(r"GLOBAL (\S+)|(TorchScript)")


class WeightsError(ValueError):
    """Weights cannot be had, or do not fit; the message says what is wrong and what to do."""


def fetch(source: Path | str) -> tuple[dict[str, Tensor], int | None]:
    """Tensors by name, from a file, a known file's name, or timm's hub.

    Args:
        source: a path; or a name in DOWNLOADS; or a model's name in timm, such as
            "vit_base_patch16_224" or "vit_small_patch16_224.dino".

    Returns:
        The tensors, and the number of attention heads where the source tells it: a file does not.

    Raises:
        WeightsError: where there is no such file or model, where it cannot be downloaded here
            (the message has address and size), or where `read` refuses the file.
    """
    path, name = Path(source), str(source)
    if path.is_file():
        return read(path), None
    if path.suffix in SUFFIXES and name in DOWNLOADS:
        return read(_download(name)), None
    if path.suffix in SUFFIXES or path.is_absolute() or len(path.parts) > 1:
        raise WeightsError(f'There is no file "{source}": give the path of one, or a name of timm.')
    return _from_timm(name)


def read(path: Path) -> dict[str, Tensor]:
    """Read .safetensors, or what torch.save wrote if it holds tensors only.

    A state_dict may lie inside {"state_dict": ...} or {"model": ...}, and all of its names may
    begin with "module.".

    Raises:
        WeightsError: where the file is damaged, holds something else, or would need code to run.
    """
    content: Any
    try:
        if path.suffix == ".safetensors":
            content = load_file(path)
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except SafetensorError as error:
        raise _damaged(path) from error
    except Exception as error:  # a damaged pickle raises whatever its bytes happen to mean
        code = NEEDS_CODE.search(str(error))
        if code is None:
            raise _damaged(path) from error
        raise WeightsError(
            f'"{path.name}" holds more than tensors ({code[1] or code[2]}). Reading that would run '
            "code from the file, so it is refused: get the weights as .safetensors, or as a plain "
            "state_dict."
        ) from error
    for wrapping in WRAPPINGS:
        if isinstance(content, dict) and isinstance(content.get(wrapping), dict):
            content = content[wrapping]
    if not isinstance(content, dict) or not content:
        raise _damaged(path)
    if not all(isinstance(name, str) and isinstance(content[name], Tensor) for name in content):
        raise WeightsError(f'"{path.name}" is no state_dict: it holds more than tensors by name.')
    if all(name.startswith("module.") for name in content):
        return {name.removeprefix("module."): value for name, value in content.items()}
    return dict(content)


def _damaged(path: Path) -> WeightsError:
    megabytes = path.stat().st_size / 1e6
    expected = f", and should have {DOWNLOADS[path.name][1]}" if path.name in DOWNLOADS else ""
    return WeightsError(
        f'"{path.name}" is damaged, or no file of weights: it has {megabytes:.0f} MB{expected}. '
        "Download it again."
    )


def _download(name: str) -> Path:
    """The file in torch's cache; downloaded once, and its hash held against its name."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = path.stem.rpartition("-")[2]
        try:
            torch.hub.download_url_to_file(DOWNLOADS[name][0], str(path), digest)
        except (OSError, RuntimeError) as error:
            raise _unreachable(name, f"the download failed ({error})") from error
    return path


def _from_timm(name: str) -> tuple[dict[str, Tensor], int | None]:
    try:
        timm = importlib.import_module("timm")
    except ImportError as error:
        raise _unreachable(name, "timm is not installed (pip install timm)") from error
    if not timm.is_model(name):
        raise WeightsError(f'There is no file "{name}", and timm has no model of this name.')
    try:
        model = timm.create_model(name, pretrained=True)
    except Exception as error:  # the hub's client has the errors of several libraries
        reason = f"timm could not get them ({type(error).__name__})"
        raise _unreachable(name, reason) from error
    heads = (module.num_heads for module in model.modules() if hasattr(module, "num_heads"))
    return model.state_dict(), next(heads, None)


def _unreachable(name: str, reason: str) -> WeightsError:
    chosen = [name] if name in DOWNLOADS else list(DOWNLOADS)
    lines = [f"  {key}, {DOWNLOADS[key][1]} MB: {DOWNLOADS[key][0]}" for key in chosen]
    return WeightsError(
        f'The weights "{name}" cannot be had here: {reason}.\nDownload a file where you can, put '
        'it beside the notebook, and give its path, such as load("model.safetensors"):\n'
        + "\n".join(lines)
    )
