"""The MLP with something done otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

from .heads import linear, tensors
from .norms import standardised
from .search import Change, Options, Variations, option_changes

ACTIVATIONS: dict[str, tuple[str, Callable[[Tensor], Tensor]]] = {
    "none": ("There is no activation", lambda x: x),
    "relu": ("The activation is a ReLU, not a GELU", F.relu),
    "tanh gelu": (
        "The activation is the GELU's approximation by tanh",
        lambda x: F.gelu(x, approximate="tanh"),
    ),
    "sigmoid gelu": (
        "The activation is the GELU's approximation by a sigmoid (x·σ(1.702x))",
        lambda x: x * (1.702 * x).sigmoid(),
    ),
    "silu": ("The activation is a SiLU (x·σ(x)), not a GELU", F.silu),
    "tanh": ("The activation is a tanh, not a GELU", torch.tanh),
    "sigmoid": ("The activation is a sigmoid, not a GELU", torch.sigmoid),
    **{
        f"leaky {slope}": (
            f"The activation is a leaky ReLU of slope {slope}, not a GELU",
            functools.partial(F.leaky_relu, negative_slope=slope),
        )
        for slope in (0.05, 0.1, 0.2, 0.25, 0.3, 0.5)
    },
    "hardswish": ("The activation is a hardswish, not a GELU", F.hardswish),
    "squared relu": ("The activation is a squared ReLU, not a GELU", lambda x: F.relu(x).square()),
    "square": ("The activation is a square, not a GELU", torch.square),
    "absolute": ("The activation is an absolute value, not a GELU", torch.abs),
    "sine": ("The activation is a sine, not a GELU", torch.sin),
    "exponential": ("The activation is an exponential, not a GELU", torch.exp),
    "softsign": ("The activation is a softsign, not a GELU", F.softsign),
    "logsigmoid": ("The activation is a log-sigmoid, not a GELU", F.logsigmoid),
    "hardtanh": ("The activation is a limit to −1..1, not a GELU", F.hardtanh),
    "negative": ("The GELU has its sign turned round", lambda x: -F.gelu(x)),
    "mirrored": ("The GELU meets the hidden numbers with their sign turned round",
                 lambda x: F.gelu(-x)),
    "leaky": ("The activation is a leaky ReLU, not a GELU", F.leaky_relu),
    "elu": ("The activation is an ELU, not a GELU", F.elu),
    "selu": ("The activation is a SELU, not a GELU", F.selu),
    "softplus": ("The activation is a softplus, not a GELU", F.softplus),
    "mish": ("The activation is a Mish, not a GELU", F.mish),
    "twice": ("The GELU is applied twice in a row", lambda x: F.gelu(F.gelu(x))),
    "softmax": ("A softmax stands where the GELU belongs", lambda x: x.softmax(dim=-1)),
    "erf": ("x is multiplied by erf(x), not by the normal distribution's share below x",
            lambda x: x * torch.erf(x)),
    "erf without root": (
        "In the GELU, x is not divided by √2 before erf",
        lambda x: x * 0.5 * (1 + torch.erf(x)),
    ),
    "without half": ("The GELU is twice as large as it should be (a factor 1/2 is missing)",
                     lambda x: 2 * F.gelu(x)),
}  # fmt: skip
PLACES = {
    "last": "The activation comes after `fc2`; it belongs between the two layers.",
    "both": "A second activation follows `fc2`; only one is asked for, between the layers.",
    "first": "The activation comes before `fc1`; it belongs between the two layers.",
}
MLP_REST = [
    Change("residual", "1", "The MLP adds its input to its output; that is the block's task."),
    Change("bias fc1", "0", "The bias of `fc1` is left out."),
    Change("bias fc2", "0", "The bias of `fc2` is left out."),
    Change("bias fc1", "2", "The bias of `fc1` is added twice."),
    Change("bias fc2", "2", "The bias of `fc2` is added twice."),
    Change(
        "standard", "hidden", "The hidden numbers are normalised; no normalisation belongs here."
    ),
    Change("standard", "output", "The output is normalised; no normalisation belongs here."),
    Change("standard", "input", "The tokens are normalised first; no normalisation belongs here."),
    Change("layers", "swapped", "`fc2` comes before `fc1`."),
]


def mlp_changes() -> list[Change]:
    """What can be otherwise in the MLP."""
    table = {name: f"{words}." for name, (words, _) in ACTIVATIONS.items()}
    return [*option_changes("activation", table), *option_changes("place", PLACES), *MLP_REST]


def mlp(case: Case) -> Variations | None:
    """What the MLP did otherwise."""
    tokens, weights = tensors(case)
    return Variations(lambda options: two_layers(tokens, weights, options), mlp_changes())


def two_layers(tokens: Tensor, weights: dict[str, Tensor], options: Options) -> Tensor:
    """The MLP, with the options."""
    activation = ACTIVATIONS.get(options.get("activation", ""), ("", F.gelu))[1]
    place, standard = options.get("place", "between"), options.get("standard", "")
    names = ("fc2", "fc1") if "layers" in options else ("fc1", "fc2")
    x = standardised(tokens, -1) if standard == "input" else tokens
    x = linear(activation(x) if place == "first" else x, weights, names[0], options)
    x = activation(x) if place in ("between", "both") else x
    x = standardised(x, -1) if standard == "hidden" else x
    x = linear(x, weights, names[1], options)
    x = activation(x) if place in ("last", "both") else x
    x = standardised(x, -1) if standard == "output" else x
    return x + float(options.get("residual", 0)) * tokens
