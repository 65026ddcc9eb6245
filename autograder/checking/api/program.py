"""What a check asks a worker to do, and what came of it: plain data on both sides."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from ..assignments import FUNCTIONS
from ..worker.protocol import frame, pack, unpack


@dataclass(frozen=True)
class Call:
    """One call of a function, or of a module's method.

    Attributes:
        args, kwargs: tensors, numbers, strings, None, or tuples of them.
        method: the method's name; None calls the function or the module itself.
        train: whether the module is in training mode.
        cotangent: where given, gradients of sum(output * cotangent) are asked for.
        generator: seed of a `torch.Generator` passed as `generator`; None passes none.
        seed: what PyTorch's global random state is seeded with before the call.
        layout: "contiguous", or how the tensor arguments lie in memory: "transposed" (last two
            axes), "reversed" (all axes), "strided" (every second number).
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    method: str | None = None
    train: bool = False
    cotangent: Tensor | None = None
    generator: int | None = None
    seed: int = 0
    layout: str = "contiguous"


@dataclass(frozen=True)
class Program:
    """Build one thing, then call it, in order.

    Attributes:
        target: a function's or class's name; `FUNCTIONS` says in which module.
        init: the constructor's keyword arguments; None for a function.
        weights: the state to load, by name; None leaves the constructor's.
        dtype: what a module is cast to.
        calls: made one after the other, on the same object.
    """

    target: str
    init: dict[str, Any] | None = None
    weights: dict[str, Tensor] | None = None
    dtype: str = "float32"
    calls: tuple[Call, ...] = ()

    @functools.cached_property
    def packed(self) -> bytes:
        """What a worker is sent to run it."""
        return packed([self])

    @functools.cached_property
    def digest(self) -> str:
        """A name for the program's exact content: equal programs, equal digests."""
        return hashlib.sha256(self.packed).hexdigest()


def packed(programs: Sequence[Program], *, again: bool = False) -> bytes:
    """What a worker is sent to run programs one after the other.

    A tensor of several goes once, and the weights of a module as one: reading many small ones
    takes a worker longer than what they are for.

    Args:
        programs: in their order.
        again: whether a module serves all programs that build the same, each with its weights.
    """
    tensors: dict[str, Tensor] = {}
    keys: dict[int, str] = {}
    flat: dict[tuple[int, ...], Tensor] = {}

    def put(tensor: Tensor) -> str:
        key = keys.setdefault(id(tensor), f"t{len(keys)}")
        tensors[key] = tensor
        return key

    def state(weights: dict[str, Tensor]) -> dict[str, Any]:
        same = tuple(map(id, weights.values()))
        if same not in flat:
            flat[same] = torch.cat([tensor.reshape(-1) for tensor in weights.values()])
        shapes = {name: list(tensor.shape) for name, tensor in weights.items()}
        return {"shapes": shapes, "numbers": put(flat[same])}

    def value(item: Any, layout: str) -> Any:
        if isinstance(item, Tensor):
            return {"tensor": put(item), "layout": layout}
        if isinstance(item, tuple):
            return {"tuple": [value(part, layout) for part in item]}
        return item

    def call(each: Call) -> dict[str, Any]:
        return {
            "args": [value(item, each.layout) for item in each.args],
            "kwargs": {key: value(item, each.layout) for key, item in each.kwargs.items()},
            "method": each.method,
            "train": each.train,
            "cotangent": None if each.cotangent is None else put(each.cotangent),
            "generator": each.generator,
            "seed": each.seed,
        }

    def program(each: Program) -> dict[str, Any]:
        init = each.init and {k: value(item, "contiguous") for k, item in each.init.items()}
        keep = again and each.weights is not None
        return {
            "module": FUNCTIONS[each.target].module,
            "target": each.target,
            "init": init,
            "weights": state(each.weights) if each.weights else None,
            "dtype": each.dtype,
            "kept": json.dumps([each.target, init, each.dtype]) if keep else None,
            "calls": [call(one) for one in each.calls],
        }

    listed = [program(each) for each in programs]
    return frame({"programs": listed}, pack(tensors))


@dataclass(frozen=True)
class Reply:
    """A worker's answer to a program, as it came: a JSON object and tensors."""

    header: dict[str, Any]
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class Answer:
    """A reply before it is read: the two parts of its frame."""

    header: bytes
    tensors: bytes

    def read(self) -> Reply:
        """The reply.

        Raises:
            ProtocolError: where there is none in it.
        """
        return Reply(*unpack(self.header, self.tensors))


class WorkerGone(Exception):
    """The worker died, hung, or broke the protocol; the message says which."""


class WorkerSlow(WorkerGone):
    """The worker used up the time it had for one request."""


class Runner(Protocol):
    """Who answers programs: a submission, the solutions, or what was recorded of them."""

    def run(self, program: Program) -> Reply:
        """The answer."""
