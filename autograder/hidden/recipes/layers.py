"""Layers by name: linear ones and LayerNorm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


def standardised(x: Tensor, axes: tuple[int, ...] = (-1,), eps: float = EPS) -> Tensor:
    """Mean 0 and variance 1 over some axes."""
    centred = x - x.mean(dim=axes, keepdim=True)
    return centred / (centred.square().mean(dim=axes, keepdim=True) + eps).sqrt()


@dataclass(frozen=True)
class Norm:
    """How a LayerNorm works.

    Attributes:
        standardise: what is done before weight and bias.
        weight, bias: whether they are used.
    """

    standardise: Callable[[Tensor], Tensor] = standardised
    weight: bool = True
    bias: bool = True

    def of(self, x: Tensor, weights: Weights, name: str) -> Tensor:
        """The tokens, normalised by the layer of this name."""
        y = self.standardise(x)
        y = y * weights[f"{name}.weight"] if self.weight else y
        return y + weights[f"{name}.bias"] if self.bias else y


NORMS = {
    "is used without its weight and bias": Norm(weight=False, bias=False),
    "is used without its weight": Norm(weight=False),
    "is used without its bias": Norm(bias=False),
    "normalises over the tokens (axis 1), not over each token's numbers (axis -1)": Norm(
        lambda x: standardised(x, (-2,))
    ),
    "normalises over the batch (axis 0), not over each token's numbers (axis -1)": Norm(
        lambda x: standardised(x, (0,))
    ),
    "normalises over batch and tokens, as a BatchNorm does, not over each token's numbers "
    "(axis -1)": Norm(lambda x: standardised(x, (0, 1))),
    "normalises over all tokens of an image together, not each alone": Norm(
        lambda x: standardised(x, (-2, -1))
    ),
    "is computed with eps 1e-5, PyTorch's default, not with the eps it was made with": Norm(
        lambda x: standardised(x, eps=1e-5)
    ),
    "divides by the unbiased variance (n − 1); n is right": Norm(
        lambda x: (x - x.mean(dim=-1, keepdim=True)) / (x.var(dim=-1, keepdim=True) + EPS).sqrt()
    ),
    "divides by the variance, not by its root": Norm(
        lambda x: (
            (x - x.mean(dim=-1, keepdim=True)) / (x.var(dim=-1, keepdim=True, unbiased=False) + EPS)
        )
    ),
    "does not subtract the mean (an RMSNorm)": Norm(
        lambda x: x / (x.square().mean(dim=-1, keepdim=True) + EPS).sqrt()
    ),
    "subtracts the mean but does not divide": Norm(lambda x: x - x.mean(dim=-1, keepdim=True)),
}
