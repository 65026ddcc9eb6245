"""The MLP with something done otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

from .layers import Weights, linear, tokens_and_weights
from .search import Change, Variations


@dataclass(frozen=True)
class Mlp:
    """How an MLP works.

    Attributes:
        activation: of the hidden numbers.
        place: of the activation: between the two layers, before them, after them, or twice.
        residual: whether the input is added to the output.
        unbiased: name of a layer without its bias.
    """

    activation: Callable[[Tensor], Tensor] = F.gelu
    place: Literal["between", "first", "last", "both"] = "between"
    residual: bool = False
    unbiased: str = ""


CHANGES = [
    Change("There is no activation.", Mlp(lambda x: x)),
    Change("The activation is a ReLU, not a GELU.", Mlp(F.relu)),
    Change(
        "The activation is the GELU's approximation by tanh.",
        Mlp(lambda x: F.gelu(x, approximate="tanh")),
    ),
    Change(
        "The activation is the GELU's approximation by a sigmoid (x·σ(1.702x)).",
        Mlp(lambda x: x * (1.702 * x).sigmoid()),
    ),
    Change("The activation is a SiLU (x·σ(x)), not a GELU.", Mlp(F.silu)),
    Change("The activation is a tanh, not a GELU.", Mlp(torch.tanh)),
    Change("The activation is a sigmoid, not a GELU.", Mlp(torch.sigmoid)),
    Change("The activation is a leaky ReLU, not a GELU.", Mlp(F.leaky_relu)),
    Change("The activation is an ELU, not a GELU.", Mlp(F.elu)),
    Change("The activation is a softplus, not a GELU.", Mlp(F.softplus)),
    Change("The GELU is applied twice in a row.", Mlp(lambda x: F.gelu(F.gelu(x)))),
    Change("A softmax stands where the GELU belongs.", Mlp(lambda x: x.softmax(dim=-1))),
    Change(
        "In the GELU, x is not divided by √2 before erf.",
        Mlp(lambda x: x * 0.5 * (1 + torch.erf(x))),
    ),
    Change(
        "The GELU is twice as large as it should be (a factor 1/2 is missing).",
        Mlp(lambda x: 2 * F.gelu(x)),
    ),
    Change(
        "The activation comes after `fc2`; it belongs between the two layers.", Mlp(place="last")
    ),
    Change(
        "A second activation follows `fc2`; only one is asked for, between the layers.",
        Mlp(place="both"),
    ),
    Change(
        "The activation comes before `fc1`; it belongs between the two layers.", Mlp(place="first")
    ),
    Change("The MLP adds its input to its output; that is the block's task.", Mlp(residual=True)),
    Change("The bias of `fc1` is left out.", Mlp(unbiased="fc1")),
    Change("The bias of `fc2` is left out.", Mlp(unbiased="fc2")),
]


def mlp(case: Case) -> Variations[Mlp]:
    """What the MLP did otherwise."""
    tokens, weights = tokens_and_weights(case)
    return Variations(lambda how: two_layers(tokens, weights, how), Mlp(), CHANGES)


def two_layers(tokens: Tensor, weights: Weights, how: Mlp) -> Tensor:
    """The MLP."""
    x = how.activation(tokens) if how.place == "first" else tokens
    x = linear(x, weights, "fc1", bias=how.unbiased != "fc1")
    x = how.activation(x) if how.place in ("between", "both") else x
    x = linear(x, weights, "fc2", bias=how.unbiased != "fc2")
    x = how.activation(x) if how.place in ("last", "both") else x
    return x + tokens if how.residual else x
