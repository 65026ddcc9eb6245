"""The MLP with something done otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
        place: of the activation: between the two layers, after the last one, or both.
        residual: whether the input is added to the output.
        unbiased: name of a layer without its bias.
    """

    activation: Callable[[Tensor], Tensor] = F.gelu
    place: Literal["between", "last", "both"] = "between"
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
    Change(
        "The activation comes after `fc2`; it belongs between the two layers.", Mlp(place="last")
    ),
    Change(
        "A second activation follows `fc2`; only one is asked for, between the layers.",
        Mlp(place="both"),
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
    x = linear(tokens, weights, "fc1", bias=how.unbiased != "fc1")
    x = x if how.place == "last" else how.activation(x)
    x = linear(x, weights, "fc2", bias=how.unbiased != "fc2")
    x = x if how.place == "between" else how.activation(x)
    return x + tokens if how.residual else x
