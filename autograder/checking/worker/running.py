"""Running a program: build the object, load its weights, make its calls, answer in tensors."""

import contextlib
import copy
import itertools
import math
import sys
from collections.abc import Iterator
from typing import Any

import torch
import torch.fx.experimental.symbolic_shapes  # torch.autograd.grad's first call imports it: 0.6 s
from torch import Tensor, default_generator, equal, nn

from .loading import describe_error, filename
from .protocol import DTYPES

MAX_OUTPUT_BYTES = 64 * 2**20
MOST_NAMES = 30
DRAWING: tuple[Any, ...] = (nn.Linear, nn.Conv2d)
Built = tuple[nn.Module, dict[str, nn.Parameter]]


class Refusal(Exception):
    """The submission cannot be run as asked; the reason is for the student.

    Args:
        kind: a word the checks know ("missing", "weights", "output").
        details: what the message is made of.
    """

    def __init__(self, kind: str, **details: Any) -> None:
        super().__init__(kind)
        self.answer = {"kind": kind, **details}


def run_program(
    program: dict[str, Any], tensors: dict[str, Tensor], files: set[str]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Run one program and pack its answer.

    Args:
        program: what is asked, and as "modules" those that serve several programs, by name.
        tensors: by the keys that stand in it.
        files: names of the student's files.

    Returns:
        The reply's header ("calls", or "refused", or "error") and its tensors.
    """
    packed: dict[str, Tensor] = {}
    try:
        target, names = build(program, tensors)
    except Refusal as refusal:
        return {"refused": refusal.answer}, {}
    except Exception as error:
        return {"error": describe_error(error, files)}, {}
    reply: dict[str, Any] = {"state": names, "calls": []}
    mode = None
    for number, call in enumerate(program["calls"]):
        try:
            if isinstance(target, nn.Module) and mode is not call["train"]:
                target.train(mode := call["train"])
            answer = run_call(target, call, tensors, f"{number}.", packed)
        except Refusal as refusal:
            answer = {"refused": refusal.answer}
        except Exception as error:
            answer = {"error": describe_error(error, files)}
        reply["calls"].append(answer)
    return reply, packed


def build(program: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[Any, dict[str, Any]]:
    """The function or the module that the program calls; for a program that makes no call, its
    state's names, each with its shape and whether it is a parameter."""
    module = sys.modules[program["module"]]
    target = getattr(module, program["target"], None)
    if target is None:
        raise Refusal(
            "missing",
            name=program["target"],
            file=filename(program["module"]),
            defined=[
                name
                for name, value in vars(module).items()
                if getattr(value, "__module__", None) == program["module"] and callable(value)
            ][:MOST_NAMES],
        )
    if program["init"] is None:
        return target, {}
    modules: dict[str, Built] = program["modules"]
    layer, parameters = modules.get(program["kept"]) or construct(target, program, tensors)
    if program["weights"]:
        load_weights(parameters, program["weights"], tensors)
    if program["kept"]:
        modules[program["kept"]] = layer, parameters
    if program["calls"]:
        return layer, {}
    state = layer.state_dict()
    return layer, {name: [list(item.shape), name in parameters] for name, item in state.items()}


def construct(target: Any, program: dict[str, Any], tensors: dict[str, Tensor]) -> Built:
    """A new module of the program's dtype, and its parameters by name."""
    seed_global(0)
    init = {key: decode(value, tensors) for key, value in program["init"].items()}
    with undrawn() if program["weights"] else contextlib.nullcontext():
        layer = target(**init)
    if not isinstance(layer, nn.Module):
        raise Refusal("no module", name=program["target"])
    parameters = dict(layer.named_parameters())
    if cast(layer, parameters, getattr(torch, program["dtype"])):
        parameters = dict(layer.named_parameters())
    return layer, parameters


@contextlib.contextmanager
def undrawn() -> Iterator[None]:
    """Build PyTorch's layers as `torch.nn.utils.skip_init` builds one: their initial numbers, a
    quarter of what building costs, are overwritten when the weights are loaded."""
    own = [layer.reset_parameters for layer in DRAWING]
    for layer in DRAWING:
        layer.reset_parameters = lambda self: None
    try:
        yield
    finally:
        for layer, method in zip(DRAWING, own, strict=True):
            layer.reset_parameters = method


def cast(layer: nn.Module, parameters: dict[str, nn.Parameter], dtype: torch.dtype) -> bool:
    """Cast a module where anything of it has another dtype; `to` alone takes five times as long.

    Returns:
        Whether anything had.
    """
    tensors = itertools.chain(parameters.values(), layer.buffers())
    other = any(item.dtype is not dtype and item.is_floating_point() for item in tensors)
    if other:
        layer.to(dtype)
    return other


def load_weights(
    found: dict[str, nn.Parameter], weights: dict[str, Any], tensors: dict[str, Tensor]
) -> None:
    """Load all parameters by name, or say exactly what does not fit.

    Args:
        found: the module's parameters.
        weights: the "shapes" by name, and the key of all their "numbers" in this order.
        tensors: by key.
    """
    given = weights["shapes"]
    own = {name: list(parameter.shape) for name, parameter in found.items()}
    if own != given:
        both = given.keys() & own.keys()
        raise Refusal(
            "weights",
            missing=sorted(given.keys() - both),
            unexpected=sorted(own.keys() - both),
            shapes={name: [given[name], own[name]] for name in both if given[name] != own[name]},
        )
    parts = tensors[weights["numbers"]].split([math.prod(shape) for shape in given.values()])
    numbers = [part.view(shape) for part, shape in zip(parts, given.values(), strict=True)]
    with torch.no_grad():
        torch._foreach_copy_([found[name] for name in given], numbers)


def run_call(
    target: Any,
    call: dict[str, Any],
    tensors: dict[str, Tensor],
    prefix: str,
    packed: dict[str, Tensor],
) -> dict[str, Any]:
    """Make one call; its tensors go into `packed` under `prefix`, changed arguments among them."""
    arguments = [decode(value, tensors) for value in call["args"]]
    keywords = {key: decode(value, tensors) for key, value in call["kwargs"].items()}
    if call["generator"] is not None:
        keywords["generator"] = torch.Generator().manual_seed(call["generator"])
    seed_global(call["seed"])
    function = target if call["method"] is None else getattr(target, call["method"])
    inputs = [value for value in arguments if isinstance(value, Tensor)]
    given = [tensors[value["tensor"]] for value in call["args"] if is_tensor(value)]
    differentiate = call["cotangent"] is not None
    before = default_generator.get_state()
    with torch.set_grad_enabled(differentiate):
        if differentiate:
            for value in inputs:
                value.requires_grad_(value.is_floating_point())
        value = function(*arguments, **keywords)
    answer: dict[str, Any] = {
        "value": encode(value, prefix + "out", packed),
        "moved": not equal(before, default_generator.get_state()),
    }
    if differentiate:
        first = value[0] if isinstance(value, tuple | list) else value
        answer["gradients"] = gradients(first, tensors[call["cotangent"]], target, inputs)
        for name, gradient in answer["gradients"].items():
            answer["gradients"][name] = (
                None if gradient is None else encode(gradient, f"{prefix}grad.{name}", packed)
            )
    for number, (after, before_it) in enumerate(zip(inputs, given, strict=True)):
        if after.dtype is not before_it.dtype or not equal(after, before_it):
            encode(after, f"{prefix}after.{number}", packed)
    return answer


def is_tensor(value: Any) -> bool:
    """Whether an argument is a tensor, as the program means it."""
    return isinstance(value, dict) and "tensor" in value


def seed_global(seed: int) -> None:
    """Seed the CPU's global generator; `torch.manual_seed` spends a millisecond on the others."""
    torch.default_generator.manual_seed(seed)


def gradients(
    output: Tensor, cotangent: Tensor, target: Any, inputs: list[Tensor]
) -> dict[str, Any]:
    """Gradients of the sum of output * cotangent for inputs and parameters; None: no path."""
    if not isinstance(output, Tensor) or output.shape != cotangent.shape:
        raise Refusal("output", found=describe(output), expected=list(cotangent.shape))
    if not output.requires_grad:
        raise Refusal("no gradient")
    wanted = {f"input.{i}": x for i, x in enumerate(inputs) if x.requires_grad}
    if isinstance(target, nn.Module):
        wanted |= {f"parameter.{name}": p for name, p in target.named_parameters()}
    found = torch.autograd.grad(
        output, list(wanted.values()), cotangent.to(output.dtype), allow_unused=True
    )
    return dict(zip(wanted, found, strict=True))


def decode(value: Any, tensors: dict[str, Tensor]) -> Any:
    """An argument as the program means it: {"tensor": key, "layout": ...}, {"tuple": [...]}."""
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(decode(part, tensors) for part in value["tuple"])
    tensor = tensors[value["tensor"]].clone()
    if value["layout"] == "transposed":
        return tensor.transpose(-2, -1).contiguous().transpose(-2, -1)
    if value["layout"] == "reversed":
        axes = range(tensor.ndim)[::-1]
        return tensor.permute(*axes).contiguous().permute(*axes)
    if value["layout"] == "strided":
        return torch.stack([tensor, torch.zeros_like(tensor)], dim=-1)[..., 0]
    return tensor


def encode(value: Any, key: str, packed: dict[str, Tensor]) -> Any:
    """A result as plain data: tensors by key, tuples and numbers; anything else by its type."""
    if isinstance(value, Tensor):
        packed[key] = plain(value)
        return {"tensor": key}
    if isinstance(value, tuple | list):
        if len(value) > 8:
            raise Refusal("output", found=f"a {type(value).__name__} of {len(value)} things")
        return {"tuple": [encode(part, f"{key}.{i}", packed) for i, part in enumerate(value)]}
    if value is None or isinstance(value, bool | int | float):
        return copy.copy(value)
    return {"other": type(value).__name__[:80]}


def plain(value: Tensor) -> Tensor:
    """A dense, contiguous copy on the CPU that nothing else shares."""
    odd = value.layout is not torch.strided or value.is_meta or value.is_nested
    if odd or value.dtype not in DTYPES:
        raise Refusal("output", found=describe(value))
    if value.numel() * value.element_size() > MAX_OUTPUT_BYTES:
        raise Refusal("output", found=f"a tensor of shape {list(value.shape)[:8]}: too large")
    with torch._C.DisableTorchFunctionSubclass():
        resolved = value.detach().to("cpu").resolve_conj().resolve_neg()
        return resolved.clone(memory_format=torch.contiguous_format)


def describe(value: Any) -> str:
    """What came, in a few words."""
    if isinstance(value, Tensor):
        kind = "meta" if value.is_meta else "quantized" if value.is_quantized else str(value.layout)
        return f"a tensor of shape {list(value.shape)[:8]}, {value.dtype}, {kind}"
    return f"a {type(value).__name__[:80]}"
