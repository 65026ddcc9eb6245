"""Ready-made attention, noticed when it runs: by whatever name it was reached."""

import ctypes
import functools
import sys
from collections.abc import Callable, Collection, Iterator
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor

PACKAGES = {"timm", "transformers", "torchvision.models", "torch.nn.attention"}
SDPA = "scaled_dot_product_attention"
SDPA_MATH = "_scaled_dot_product_attention_math"
OPERATORS = {
    SDPA,
    SDPA_MATH,
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_fused_attention_overrideable",
    "_native_multi_head_attention",
    "_transformer_encoder_layer_fwd",
    "_flash_attention_forward",
    "_efficient_attention_forward",
    "_triton_scaled_dot_attention",
    "_triton_multi_head_attention",
}
FUNCTIONS = OPERATORS | {"multi_head_attention_forward", "flex_attention"}
KERNELS = (
    "CompositeImplicitAutograd",
    "CPU",
    "CUDA",
    "NestedTensorCPU",
    "NestedTensorCUDA",
    "FuncTorchBatched",
    "FuncTorchBatchedDecomposition",
    "FuncTorchVmapMode",
)
IN_PYTHON = (
    ("torch.nn.functional", "multi_head_attention_forward"),
    ("torch.nn", "MultiheadAttention.__init__"),
    ("torch.nn", "Transformer.__init__"),
    ("torch.nn", "TransformerEncoder.__init__"),
    ("torch.nn", "TransformerEncoderLayer.__init__"),
    ("torch.nn", "TransformerDecoder.__init__"),
    ("torch.nn", "TransformerDecoderLayer.__init__"),
    ("torch.ao.nn.quantizable", "MultiheadAttention.forward"),
    ("torch._higher_order_ops.flex_attention", "FlexAttentionHOP.__call__"),
)

CALLED = {
    "transformer-attention": {SDPA, "multi_head_attention_forward"},
    "transformer-student": {"MultiheadAttention", "TransformerEncoder", "TransformerEncoderLayer"},
}

standins: dict[int, CodeType] = {}
watched: set[str] = set()
fenced: set[str] = set()


class ReadyMadeError(Exception):
    """A student's file reached for attention or models that come ready made."""


def fence_ahead() -> None:
    """Do what `fence` does for every submission alike, in a process that workers are forked from.

    What a stand-in may need is left to `fence`: it keeps that for some workers and for others not.
    """
    refuse(OPERATORS - {SDPA, SDPA_MATH}, None)


def fence(files: set[str], overlaid: Collection[str]) -> None:
    """From now on let ready-made attention raise in this process, unless a stand-in calls it.

    PyTorch's operators are replaced where all their names lead, in its dispatcher: so they are
    found from TorchScript, in a thread, and where torch functions are disabled, too. The ban goes
    by the calling code: the nearest that is a student's or a stand-in's, with whatever libraries
    between; what neither calls is refused.

    Args:
        files: names of the student's files.
        overlaid: modules that stand-ins are laid over; only what these call is kept at all.
    """
    watched.update(files)
    kept = set().union(*(CALLED[module] for module in overlaid if module in CALLED))
    attend = original_attention() if SDPA in kept else None
    refuse({SDPA}, attend)
    refuse(OPERATORS - fenced, None)
    for module, path in IN_PYTHON:
        if module in sys.modules:
            *owners, last = path.split(".")
            owner = functools.reduce(getattr, owners, sys.modules[module])
            name = owners[-1] if owners else last
            own = getattr(owner, last) if name in kept else None
            setattr(owner, last, guarded(name, own))


def refuse(names: Collection[str], own: Callable[..., Any] | None) -> None:
    """Replace operators by what raises, or for stand-ins calls a function instead."""
    library = torch._C._dispatch_library("IMPL", "aten", "", __file__, 0)
    for name in names:
        for kernel in KERNELS:
            if torch._C._dispatch_has_kernel_for_dispatch_key(f"aten::{name}", kernel):
                library.impl(name, kernel, guarded(name, own))
    # With its last reference the replacements would go; this one nobody finds.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    fenced.update(names)


def guarded(name: str, function: Callable[..., Any] | None) -> Callable[..., Any]:
    """The function, for stand-ins alone; without a function, for nobody."""

    def call(*args: Any, **kwargs: Any) -> Any:
        for frame in frames(sys._getframe(1)):
            if function and id(frame.f_code) in standins:
                return function(*args, **kwargs)
            if frame.f_code.co_filename in watched:
                raise ReadyMadeError(f"{name}, called in line {frame.f_lineno}")
        raise ReadyMadeError(f"{name}, called out of sight")

    return call


def original_attention() -> Callable[..., Any]:
    """The operator's own formula, for a time when all its names lead elsewhere."""
    kernel = torch.library.get_kernel("aten::_scaled_dot_product_attention_math", "CPU")
    on_cpu = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)

    def attend(
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        mask: Tensor | None = None,
        dropout: float = 0.0,
        *_: Any,
        **__: Any,
    ) -> Any:
        return kernel.call_boxed(on_cpu, queries, keys, values, mask, dropout)[0]

    return attend


def is_standin(code: CodeType) -> None:
    """Take a stand-in's code, with all that it defines, for trusted."""
    standins[id(code)] = code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            is_standin(constant)


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
