"""Ready-made attention, noticed when it runs: by whatever name it was reached."""

import sys
from types import FrameType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

TORCH_FOLDER = torch.__path__[0]
READY_MADE = {
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
    """A student's file called attention that PyTorch brings ready made."""


class ReadyMadeGuard(TorchFunctionMode):
    """Raises where a student's file reaches ready-made attention.

    The ban goes by the calling file: the nearest frame outside PyTorch. A stand-in built on
    PyTorch's own attention does not trip it.

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
        if name in READY_MADE:
            frame = nearest_caller(sys._getframe(1))
            if frame is not None and frame.f_code.co_filename in self.files:
                raise ReadyMadeError(f"{name}, called in line {frame.f_lineno}")
        return func(*args, **(kwargs or {}))


def nearest_caller(frame: FrameType | None) -> FrameType | None:
    """The first frame, going outwards, whose file is not PyTorch's nor this one."""
    while frame is not None and (
        frame.f_code.co_filename.startswith(TORCH_FOLDER) or frame.f_code.co_filename == __file__
    ):
        frame = frame.f_back
    return frame
