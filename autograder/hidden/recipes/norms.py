"""LayerNorm and its mistakes."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

EPS = 1e-6


def standardised(x: Tensor, axes: int | tuple[int, ...], eps: float = EPS) -> Tensor:
    """Mean 0 and variance 1 over some axes."""
    centred = x - x.mean(dim=axes, keepdim=True)
    return centred / (centred.square().mean(dim=axes, keepdim=True) + eps).sqrt()


def normed(x: Tensor, weights: dict[str, Tensor], name: str, kind: str) -> Tensor:
    """A LayerNorm by name, with its kind of mistake."""
    if kind == "none":
        return x
    gain, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
    ways: dict[str, Callable[[], Tensor]] = {
        "plain": lambda: standardised(x, -1),
        "no gain": lambda: standardised(x, -1) + shift,
        "no shift": lambda: standardised(x, -1) * gain,
        "over tokens": lambda: standardised(x, -2) * gain + shift,
        "over batch": lambda: standardised(x, 0) * gain + shift,
        "over batch and tokens": lambda: standardised(x, (0, 1)) * gain + shift,
        "over tokens and columns": lambda: standardised(x, (-2, -1)) * gain + shift,
        "eps 1e-5": lambda: standardised(x, -1, 1e-5) * gain + shift,
        "eps 0": lambda: standardised(x, -1, 0.0) * gain + shift,
        "eps 1e-12": lambda: standardised(x, -1, 1e-12) * gain + shift,
        "eps outside": lambda: (x - x.mean(dim=-1, keepdim=True))
        / (x.std(dim=-1, keepdim=True, unbiased=False) + EPS) * gain + shift,
        "unbiased": lambda: (x - x.mean(dim=-1, keepdim=True))
        / (x.var(dim=-1, keepdim=True) + EPS).sqrt() * gain + shift,
        "variance": lambda: (x - x.mean(dim=-1, keepdim=True))
        / (x.var(dim=-1, keepdim=True, unbiased=False) + EPS) * gain + shift,
        "not centred": lambda: x / (x.square().mean(dim=-1, keepdim=True) + EPS).sqrt()
        * gain + shift,
        "not centred, no bias": lambda: x
        / (x.square().mean(dim=-1, keepdim=True) + EPS).sqrt() * gain,
        "eps 1e-3": lambda: standardised(x, -1, 1e-3) * gain + shift,
        "eps 1e-8": lambda: standardised(x, -1, 1e-8) * gain + shift,
        "only centred": lambda: (x - x.mean(dim=-1, keepdim=True)) * gain + shift,
        "length": lambda: F.normalize(x, dim=-1) * gain + shift,
        "twice": lambda: F.layer_norm(
            F.layer_norm(x, gain.shape, gain, shift, EPS), gain.shape, gain, shift, EPS
        ),
    }  # fmt: skip
    return ways.get(kind, lambda: F.layer_norm(x, gain.shape, gain, shift, EPS))()


NORM_KINDS = {
    "plain": "is used without its weight and bias",
    "no gain": "is used without its weight",
    "no shift": "is used without its bias",
    "over tokens": "normalises over the tokens (axis 1), not over each token's numbers (axis -1)",
    "over batch": "normalises over the batch (axis 0), not over each token's numbers (axis -1)",
    "over batch and tokens": "normalises over batch and tokens, as a BatchNorm does, not over each "
    "token's numbers (axis -1)",
    "over tokens and columns": "normalises over all tokens of an image together, not each alone",
    "eps 1e-5": "is computed with eps 1e-5, PyTorch's default, not with the eps it was made with",
    "eps 0": "is computed without eps",
    "eps 1e-12": "is computed with a smaller eps than it was made with",
    "eps outside": "has its eps added to the root, not to the variance under it",
    "unbiased": "divides by the unbiased variance (n − 1); n is right",
    "variance": "divides by the variance, not by its root",
    "not centred": "does not subtract the mean (an RMSNorm)",
    "not centred, no bias": "neither subtracts the mean nor adds its bias (an RMSNorm)",
    "eps 1e-3": "is computed with eps 1e-3, not with the eps it was made with",
    "eps 1e-8": "is computed with eps 1e-8, not with the eps it was made with",
    "only centred": "subtracts the mean but does not divide",
    "length": "divides each token by its length (root of the sum of squares)",
    "twice": "is applied twice",
}
