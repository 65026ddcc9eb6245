"""Ready-made attention, noticed when it runs: by whatever name it was reached."""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from torch.overrides import TorchFunctionMode

STANDIN = "<stand-in for "
PACKAGES = {"timm", "transformers", "torchvision.models", "torch.nn.attention"}
FUNCTIONS = {
    "scaled_dot_product_attention",
    "multi_head_attention_forward",
    "flex_attention",
    "_scaled_dot_product_attention_math",
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_fused_attention_overrideable",
    "_native_multi_head_attention",
    "_transformer_encoder_layer_fwd",
    "_flash_attention_forward",
    "_efficient_attention_forward",
}


class ReadyMadeError(Exception):
    """A student's file reached for attention or models that come ready made."""


class ReadyMadeGuard(TorchFunctionMode):
    """Raises where a student's file reaches ready-made attention.

    The ban goes by the calling file: the nearest frame that is a student's or a stand-in's, with
    whatever libraries between. A stand-in built on PyTorch's own attention does not trip it.

    Args:
        files: names of the student's files.
    """

    def __init__(self, files: set[str]) -> None:
        super().__init__()
        self.files = files

    def __torch_function__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """Look at the function's name, then let it run."""
        name = getattr(func, "__name__", "").split(".")[0]
        if name in FUNCTIONS:
            for frame in frames(sys._getframe(1)):
                if frame.f_code.co_filename.startswith(STANDIN):
                    break
                if frame.f_code.co_filename in self.files:
                    raise ReadyMadeError(f"{name}, called in line {frame.f_lineno}")
        return func(*args, **(kwargs or {}))


def forbid_import(name: str, files: set[str]) -> None:
    """Raise where a student's file itself imports a package of ready-made models.

    Args:
        name: full name of the module that a finder, the caller, is asked for.
        files: names of the student's files.

    Raises:
        ReadyMadeError: names the module and the line.
    """
    if not any(name == package or name.startswith(f"{package}.") for package in PACKAGES):
        return
    for frame in frames(sys._getframe(2)):
        file = frame.f_code.co_filename
        if file in files:
            raise ReadyMadeError(f"{name}, imported in line {frame.f_lineno}")
        if "importlib" not in file:
            return


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame, its caller, and so on outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back
