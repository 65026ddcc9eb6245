"""Layers by name: linear ones and LayerNorm."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

EPS = 1e-6
Weights = dict[str, Tensor]


def tokens_and_weights(case: Case) -> tuple[Tensor, Weights]:
    """The tokens and the weights, in float64.

    Raises:
        KeyError: where the call had no tokens.
    """
    return case.scene.inputs["tokens"].double(), weights_of(case)


def weights_of(case: Case) -> Weights:
    """The weights, in float64."""
    return {name: value.double() for name, value in case.scene.weights.items()}


def below(weights: Weights, prefix: str) -> Weights:
    """The weights below a prefix, without it."""
    return {
        key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)
    }


def linear(tokens: Tensor, weights: Weights, name: str, bias: bool = True) -> Tensor:
    """A linear layer, with its bias where it has one, or without."""
    return F.linear(
        tokens, weights[f"{name}.weight"], weights.get(f"{name}.bias") if bias else None
    )


def normed(x: Tensor, weights: Weights, name: str, axis: int = -1, eps: float = EPS) -> Tensor:
    """A LayerNorm, over the numbers of each token or another axis."""
    centred = x - x.mean(dim=axis, keepdim=True)
    standardised = centred / (centred.square().mean(dim=axis, keepdim=True) + eps).sqrt()
    return standardised * weights[f"{name}.weight"] + weights[f"{name}.bias"]
