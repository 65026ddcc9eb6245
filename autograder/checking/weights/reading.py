"""Weights files: whatever anybody may have made of one is refused before anything is allocated.

`ViT` and `course` are whatever is importable: a student's own files in the student's folder, the
reference's where the grader evaluates.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..api.error_text import differences
from ..execution.limits import Limits
from .configuration import (
    AGAIN,
    CONFIG,
    SMALLER,
    Header,
    WeightsError,
    check_config,
    check_cost,
    statistics,
)

MAX_HEADER_BYTES = 4 * 2**20
FLOATING = ("F32", "F64", "F16", "BF16")
WHOLE = ("I64", "I32")


def read_header(path: Path, kind: str, limits: Limits = Limits()) -> Header:
    """Read and check a file's metadata.

    Args:
        path: the file.
        kind: "vit" or "resnet".
        limits: how large the file may be, and how costly its model.

    Raises:
        WeightsError: where the file is missing, damaged, of another kind or out of bounds.
    """
    if not path.is_file() or path.is_symlink():
        raise WeightsError(f"{path.name} was not found{AGAIN}")
    if path.stat().st_size > limits.weights_file_mib * 2**20:
        raise WeightsError(f"{path.name} is larger than {limits.weights_file_mib} MiB{SMALLER}")
    try:
        other = written_otherwise(path)
        if not other:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
            return header_of(metadata, kind, path.name, limits)
    except WeightsError:
        raise
    except KeyError as error:
        raise WeightsError(f"{path.name} was not written by handin.save_weights{AGAIN}") from error
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise WeightsError(
            f"{path.name} cannot be read: it is cut off or damaged ({error!s:.100}){AGAIN}"
        ) from error
    raise WeightsError(f"{path.name} {other}{AGAIN}")


def header_of(metadata: dict[str, str], kind: str, name: str, limits: Limits) -> Header:
    """What a file's metadata say, checked.

    Raises:
        KeyError, ValueError, RecursionError: where they are not what handin.save_weights writes.
        WeightsError: where the file is of another kind or out of bounds.
    """
    config, mean, std = (json.loads(metadata[key]) for key in ("config", "mean", "std"))
    if metadata.get("kind") != kind:
        raise WeightsError(
            f'{name} says it holds "{metadata.get("kind")!s:.40}"; expected: "{kind}"{AGAIN}'
        )
    if not isinstance(config, dict):
        raise WeightsError(f"{name}: config = {config!r:.60} is no configuration{CONFIG}")
    check_config(config, kind, name)
    header = Header(
        kind,
        config,
        statistics(mean, "mean", -10, name),
        statistics(std, "std", 1e-3, name),
        metadata.get("dataset", "")[:100],
    )
    check_cost(header, name, limits)
    return header


def written_otherwise(path: Path) -> str:
    """What a file is where its first bytes are not those of safetensors, or ""."""
    with path.open("rb") as file:
        start = file.read(30)
    if not start:
        return "is empty"
    if start.startswith((b"PK\3\4", b"\x80\2")):
        return "was written by torch.save, not by handin.save_weights"
    if start.startswith(b"version https://git-lfs"):
        return "is not there itself, only git's note of where it lies"
    if int.from_bytes(start[:8], "little") > MAX_HEADER_BYTES:
        return "cannot be read: it is damaged, or no safetensors file"
    return ""


def build(header: Header) -> nn.Module:
    """A new model of a header's configuration."""
    module, cls = ("ViT", "ViT") if header.kind == "vit" else ("course.resnet", "ResNet")
    model: nn.Module = getattr(importlib.import_module(module), cls)(**header.config)
    return model


def expected_tensors(header: Header, name: str, limits: Limits) -> dict[str, Tensor]:
    """Names, shapes and kinds of a model's tensors, without memory behind them.

    Raises:
        WeightsError: where the constructor refuses the configuration, or the model is too large.
    """
    try:
        with torch.device("meta"):
            model = build(header)
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"{name}: the configuration builds no {header.kind} ({error}){CONFIG}"
        ) from error
    parameters = sum(p.numel() for p in model.parameters())
    if parameters > limits.model_parameters:
        raise WeightsError(
            f"{name}: {parameters:,} parameters; at most {limits.model_parameters:,} are "
            f"evaluated{SMALLER}"
        )
    return model.state_dict()


def read_tensors(path: Path, expected: dict[str, Tensor] | None = None) -> dict[str, Tensor]:
    """A file's tensors: finite numbers of kinds that PyTorch computes with.

    Args:
        path: a file whose header was read.
        expected: names, shapes and kinds that they must have; None takes any names and shapes.

    Raises:
        WeightsError: where they are others, cannot be read, or are not finite.
    """
    try:
        with safe_open(path, framework="pt") as file:
            slices = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (no dict)
            shapes = {key: tuple(part.get_shape()) for key, part in slices.items()}
            kinds = {key: str(part.get_dtype()) for key, part in slices.items()}
            if expected is not None:
                check_shapes(shapes, {k: tuple(v.shape) for k, v in expected.items()}, path.name)
            for key, found in kinds.items():
                whole = expected is not None and not expected[key].is_floating_point()
                fitting = WHOLE if whole else FLOATING + (WHOLE if expected is None else ())
                if found not in fitting:
                    raise WeightsError(
                        f"{path.name}: {key[:80]} holds numbers of kind {found}; "
                        f"expected: {' or '.join(fitting)}{AGAIN}"
                    )
            weights = {key: file.get_tensor(key) for key in shapes}
    except (SafetensorError, OSError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{path.name} cannot be read ({error!s:.100}){AGAIN}") from error
    for key, value in weights.items():
        if not torch.isfinite(value.float()).all():
            raise WeightsError(
                f"{path.name}: {key[:80]} has numbers that are not finite (inf or nan)\n"
                "Try: a lower learning rate, or the weights of an epoch in which the loss was "
                "still a number."
            )
    return weights


def check_shapes(
    found: dict[str, tuple[int, ...]], expected: dict[str, tuple[int, ...]], name: str
) -> None:
    """Refuse tensors of other names or shapes.

    Raises:
        WeightsError: lists them.
    """
    if found == expected:
        return
    both = sorted(found.keys() & expected.keys())
    listed = differences(
        sorted(expected.keys() - found.keys()),
        sorted(found.keys() - expected.keys()),
        {key: (expected[key], found[key]) for key in both if expected[key] != found[key]},
    )
    raise WeightsError(
        "\n".join(
            [
                f"{name} does not fit the model of its configuration",
                *listed,
                "Try: hand handin.save_weights this model, and the arguments it was built with.",
            ]
        )
    )


def load_model(
    path: Path,
    kind: str,
    limits: Limits = Limits(),
) -> tuple[nn.Module, Header]:
    """The model in a file, in eval mode, and its header.

    Args:
        path: the file.
        kind: "vit" or "resnet".
        limits: how large the file may be, and how large and costly its model.

    Raises:
        WeightsError: where names, shapes or numbers do not fit.
    """
    header = read_header(path, kind, limits)
    weights = read_tensors(path, expected_tensors(header, path.name, limits))
    model = build(header)
    model.load_state_dict(weights)
    return model.eval(), header
