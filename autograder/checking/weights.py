"""Weights files: whatever anybody may have made of one is refused before anything is allocated.

`ViT` and `course` are whatever is importable: a student's own files in the student's folder, the
reference's where the grader evaluates.
"""

from __future__ import annotations

import importlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from .words import TRACE_LIMIT, differences, quoted

AGAIN = "\nTry: run the notebook's cell that saves the weights again."
CONFIG = "\nTry: hand handin.save_weights the arguments the model was built with."
SMALLER = "\nTry: a smaller model; a million parameters are enough for all points."
MAX_FILE_BYTES = 512 * 2**20
MAX_HEADER_BYTES = 4 * 2**20
MAX_PARAMETERS = 100_000_000
MAX_OPERATIONS = 15_000_000_000
NUMBER_COST = 160
IMAGE_SIZE = 32
RANGES = {
    "vit": {
        "patch_size": (2, 32),
        "in_channels": (3, 3),
        "num_classes": (2, 1000),
        "embed_dim": (1, 1024),
        "hidden_dim": (1, 4096),
        "num_layers": (1, 24),
        "num_heads": (1, 64),
    },
    "resnet": {"num_classes": (2, 1000), "width": (1, 256)},
}
CHOICES = {
    "pool": ("class", "mean"),
    "positions": ("learned", "sinusoidal", "sinusoidal-2d", "none"),
    "patch_embedding": ("linear", "convolution"),
}
OTHERS = {"vit": ("image_size", "dropout", *CHOICES), "resnet": ("blocks",)}
FLOATING = ("F32", "F64", "F16", "BF16")
WHOLE = ("I64", "I32")


class WeightsError(ValueError):
    """A weights file that cannot be used; the message says why and what to do.

    Args:
        message: may hold words from the file; what is shown of them is capped and harmless.
    """

    def __init__(self, message: str) -> None:
        super().__init__(quoted(message, TRACE_LIMIT))


@dataclass(frozen=True)
class Header:
    """What a weights file says of itself, checked before anything is allocated.

    Attributes:
        kind: "vit" or "resnet".
        config: the constructor's keyword arguments.
        mean, std: of the normalisation it was trained with, for each channel.
        dataset: the name of the data set it was trained on, as the file has it.
    """

    kind: str
    config: dict[str, Any]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    dataset: str


def read_header(path: Path, kind: str) -> Header:
    """Read and check a file's metadata.

    Raises:
        WeightsError: where the file is missing, damaged, of another kind or out of bounds.
    """
    if not path.is_file() or path.is_symlink():
        raise WeightsError(f"{path.name} was not found{AGAIN}")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WeightsError(f"{path.name} is larger than {MAX_FILE_BYTES // 2**20} MiB{SMALLER}")
    try:
        other = written_otherwise(path)
        if not other:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
            return header_of(metadata, kind, path.name)
    except WeightsError:
        raise
    except KeyError as error:
        raise WeightsError(f"{path.name} was not written by handin.save_weights{AGAIN}") from error
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise WeightsError(
            f"{path.name} cannot be read: it is cut off or damaged ({error!s:.100}){AGAIN}"
        ) from error
    raise WeightsError(f"{path.name} {other}{AGAIN}")


def header_of(metadata: dict[str, str], kind: str, name: str) -> Header:
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
    if (operations := cost(header).operations) > MAX_OPERATIONS:
        raise WeightsError(
            f"{name}: the model takes {operations / 1e9:.1f} billion operations for an image; "
            f"at most {MAX_OPERATIONS / 1e9:.0f} billion are evaluated\n"
            "Try: fewer layers, smaller sizes, or larger patches (attention's cost grows with the "
            "square of their number)."
        )
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


def statistics(found: Any, what: str, lowest: float, name: str) -> tuple[float, float, float]:
    """Mean or standard deviation of each channel's pixels, which lie in [0, 1].

    Raises:
        WeightsError: where they are not three numbers that can be meant.
    """
    match found:
        case [red, green, blue] if all(
            is_number(each) and lowest <= each <= 10 for each in (red, green, blue)
        ):
            return float(red), float(green), float(blue)
    raise WeightsError(
        f"{name}: {what} = {found!r:.60} is impossible; expected: three numbers, as "
        f"data.{what} has them{AGAIN}"
    )


def check_config(config: dict[str, Any], kind: str, name: str) -> None:
    """Refuse a configuration that is unknown or larger than the homework's models can be.

    Raises:
        WeightsError: names the entry, and what could stand there.
    """
    for key, value in config.items():
        if expected := unfitting(key, value, kind):
            raise WeightsError(
                f"{name}: {key:.60} = {value!r:.60} is not a value this model can have\n"
                f"expected: {expected}{CONFIG}"
            )
    if lacking := [key for key in RANGES["vit"] if key not in config and kind == "vit"]:
        raise WeightsError(f"{name}: the configuration lacks {', '.join(lacking)}{CONFIG}")
    if kind == "vit" and config["embed_dim"] % config["num_heads"]:
        raise WeightsError(
            f"{name}: num_heads = {config['num_heads']} does not divide "
            f"embed_dim = {config['embed_dim']}{CONFIG}"
        )


def unfitting(key: str, value: Any, kind: str) -> str:
    """What could stand in an entry where its value cannot, or ""."""
    if key in CHOICES and kind == "vit":
        return "" if value in CHOICES[key] else " or ".join(map(repr, CHOICES[key]))
    if key == "dropout" and kind == "vit":
        return "" if is_number(value) and 0 <= value <= 1 else "a number from 0 to 1"
    if key == "image_size" and kind == "vit":
        sides = value if isinstance(value, list) else [value]
        fits = sides in ([IMAGE_SIZE], [IMAGE_SIZE] * 2) and all(type(n) is int for n in sides)
        return "" if fits else f"{IMAGE_SIZE}, the size of the test images"
    if key == "blocks" and kind == "resnet":
        fits = (
            isinstance(value, list)
            and 1 <= len(value) <= 4
            and all(type(n) is int and 1 <= n <= 20 for n in value)
        )
        return "" if fits else "1 to 4 whole numbers from 1 to 20"
    if key not in RANGES[kind]:
        return f"no such entry; there are {', '.join((*RANGES[kind], *OTHERS[kind]))}"
    low, high = RANGES[kind][key]
    if type(value) is not int or not low <= value <= high:
        return f"a whole number from {low} to {high}" if low < high else str(low)
    if key == "patch_size" and IMAGE_SIZE % value:
        return f"a number that divides {IMAGE_SIZE}"
    return ""


def is_number(value: Any) -> bool:
    """Whether a value is a finite int or float, and no truth value."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def build(header: Header) -> nn.Module:
    """A new model of a header's configuration."""
    module, cls = ("ViT", "ViT") if header.kind == "vit" else ("course.resnet", "ResNet")
    model: nn.Module = getattr(importlib.import_module(module), cls)(**header.config)
    return model


def expected_tensors(header: Header, name: str) -> dict[str, Tensor]:
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
    if parameters > MAX_PARAMETERS:
        raise WeightsError(
            f"{name}: {parameters:,} parameters; at most {MAX_PARAMETERS:,} are evaluated{SMALLER}"
        )
    return model.state_dict()


@dataclass(frozen=True)
class Cost:
    """What a model takes for one image.

    Attributes:
        products: multiplications in its matrix products and convolutions.
        numbers: intermediate numbers that are written.
        largest: numbers in the largest intermediate tensor.
    """

    products: int
    numbers: int
    largest: int

    @property
    def operations(self) -> int:
        """Multiplications and additions, and what writing a number costs, counted in them."""
        return 2 * self.products + NUMBER_COST * self.numbers


def cost(header: Header) -> Cost:
    """What the model of a checked configuration takes for one image of 32 x 32 pixels."""
    config = header.config
    if header.kind == "resnet":
        width = config.get("width", 16)
        products, numbers = 27 * width * IMAGE_SIZE**2, 2 * width * IMAGE_SIZE**2
        for stage, count in enumerate(config.get("blocks", (3, 3, 3))):
            channels, pixels = width * 2**stage, (IMAGE_SIZE // 2**stage) ** 2
            products += count * 2 * 9 * channels**2 * pixels
            numbers += count * 6 * channels * pixels
        return Cost(products, numbers, width * IMAGE_SIZE**2)
    size, hidden, heads = config["embed_dim"], config["hidden_dim"], config["num_heads"]
    layers, patch = config["num_layers"], config["patch_size"]
    patches = (IMAGE_SIZE // patch) ** 2
    tokens = patches + (config.get("pool", "class") == "class")
    block = tokens * (4 * size**2 + 2 * tokens * size + 2 * size * hidden)
    products = patches * size * 3 * patch**2 + layers * block
    numbers = layers * tokens * (8 * size + 2 * hidden + 2 * heads * tokens)
    return Cost(products, numbers, tokens * max(size, hidden, heads * tokens))


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


def load_model(path: Path, kind: str) -> tuple[nn.Module, Header]:
    """The model in a file, in eval mode, and its header.

    Raises:
        WeightsError: where names, shapes or numbers do not fit.
    """
    header = read_header(path, kind)
    weights = read_tensors(path, expected_tensors(header, path.name))
    model = build(header)
    model.load_state_dict(weights)
    return model.eval(), header
