"""What a weights file says of its model: which values can be, and what it costs to run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..api.error_text import TRACE_LIMIT, quoted
from ..execution.limits import Limits

AGAIN = "\nTry: run the notebook's cell that saves the weights again."
CONFIG = "\nTry: hand handin.save_weights the arguments the model was built with."
SMALLER = "\nTry: a smaller model; a million parameters are enough for all points."
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


def check_cost(header: Header, name: str, limits: Limits) -> None:
    """Refuse a model that takes too long to be run on all test images.

    Raises:
        WeightsError: says how much it takes, and how much may be taken.
    """
    if (operations := cost(header).operations) > limits.model_gflops * 1e9:
        raise WeightsError(
            f"{name}: the model takes {operations / 1e9:.1f} billion operations for an image; "
            f"at most {limits.model_gflops:g} billion are evaluated\n"
            "Try: fewer layers, smaller sizes, or larger patches (attention's cost grows with the "
            "square of their number)."
        )


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
