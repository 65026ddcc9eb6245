"""Ready-made attention, noticed when it runs: by whatever name it was reached."""

import ctypes
import functools
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any

import torch

PACKAGES = {"timm", "transformers", "torchvision.models", "torch.nn.attention"}
OPERATORS = {
    "scaled_dot_product_attention",
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
    "transformer-attention": {"multi_head_attention_forward"},
    "transformer-student": {"MultiheadAttention", "TransformerEncoder", "TransformerEncoderLayer"},
}


class ReadyMadeError(Exception):
    """A student's file reached for attention or models that come ready made."""


@dataclass(frozen=True)
class Written:
    """What a method or function of PyTorch's consists of: no more than its files show anybody."""

    module: str
    code: CodeType
    defaults: tuple[Any, ...] | None
    keywords: dict[str, Any] | None

    @classmethod
    def of(cls, function: Any) -> "Written":
        """A function's parts."""
        code, defaults = function.__code__, function.__defaults__
        return cls(function.__module__, code, defaults, function.__kwdefaults__)

    def made(self, owner: Any) -> Callable[..., Any]:
        """The function again, for the class or module that it belongs to."""
        cells = tuple(CellType(owner) for _ in self.code.co_freevars)  # `super()` needs the class.
        names = vars(sys.modules[self.module])
        function = FunctionType(self.code, names, self.code.co_name, self.defaults, cells or None)
        function.__kwdefaults__ = self.keywords
        return function


standins: dict[int, CodeType] = {}
watched: set[str] = set()
written: dict[tuple[str, str], Written] = {}


def fence_ahead() -> None:
    """Refuse PyTorch's operators for attention, once, before workers are forked or in a worker.

    They are replaced where all their names lead, in its dispatcher: so they are found from
    TorchScript, in a thread, and where torch functions are disabled, too. No stand-in calls them.
    """
    if written:
        return
    refuse(OPERATORS)
    for module, path in IN_PYTHON:
        if module in sys.modules:
            owner, last = place(module, path)
            written[module, path] = Written.of(getattr(owner, last))


def fence(files: set[str], overlaid: Collection[str]) -> None:
    """From now on let ready-made attention raise in this process, unless a stand-in calls it.

    The ban goes by the calling code: the nearest that is a student's or a stand-in's, with
    whatever libraries between; what neither calls is refused.

    Args:
        files: names of the student's files.
        overlaid: modules that stand-ins are laid over; only what these call is there at all.
    """
    fence_ahead()
    watched.update(files)
    kept = set().union(*(CALLED[module] for module in overlaid if module in CALLED))
    for (module, path), parts in written.items():
        owner, last = place(module, path)
        name = path.split(".")[0]
        setattr(owner, last, guarded(name, parts.made(owner) if name in kept else None))


def place(module: str, path: str) -> tuple[Any, str]:
    """Where a function of PyTorch's is kept: its class or module, and its name there."""
    *owners, last = path.split(".")
    return functools.reduce(getattr, owners, sys.modules[module]), last


def refuse(names: Collection[str]) -> None:
    """Replace operators by what raises."""
    library = torch._C._dispatch_library("IMPL", "aten", "", __file__, 0)
    for name in names:
        for kernel in KERNELS:
            if torch._C._dispatch_has_kernel_for_dispatch_key(f"aten::{name}", kernel):
                library.impl(name, kernel, guarded(name, None))
    # With its last reference the replacements would go; this one nobody finds.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))


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
