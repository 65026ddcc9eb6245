"""Stage `computation`, public: tokens, parameters, FLOPs and activations by hand."""

from __future__ import annotations

from typing import Any

from ..api.check import check
from ..api.counting import require_counts
from ..api.probe import Probe

SMALL: dict[str, Any] = {
    "image_size": 12,
    "patch_size": 3,
    "in_channels": 2,
    "num_classes": 5,
    "embed_dim": 6,
    "hidden_dim": 11,
    "num_layers": 3,
    "num_heads": 2,
    "pool": "class",
}
BASE = SMALL | {
    "image_size": 224,
    "patch_size": 16,
    "in_channels": 3,
    "num_classes": 1000,
    "embed_dim": 768,
    "hidden_dim": 3072,
    "num_layers": 12,
    "num_heads": 12,
}
CASES = (SMALL, SMALL | {"pool": "mean"}, BASE)


@check(points=1)
def test_tokens(probe: Probe) -> None:
    """The encoder reads a token for each patch, and the class token where there is one."""
    require_counts(
        probe.function("count_tokens"),
        [
            {"image_size": image_size, "patch_size": patch_size, "pool": pool}
            for image_size, patch_size in ((32, 4), (12, 3), (224, 16), (7, 7))
            for pool in ("class", "mean")
        ],
        "draw a small image with its patches, and count; which token comes from no patch?",
    )


@check(points=2, rests_on=("test_tokens",))
def test_parameters(probe: Probe) -> None:
    """The parameters are counted rightly, up to those of ViT-Base."""
    require_counts(
        probe.function("count_parameters"),
        CASES,
        "build a small ViT, print the name and shape of each of its parameters, and look which "
        "of them your sum lacks or has twice.",
    )


@check(points=3, rests_on=("test_tokens",))
def test_flops(probe: Probe) -> None:
    """The operations of the forward pass are counted rightly, up to those of ViT-Base."""
    require_counts(
        probe.function("count_flops"),
        CASES,
        "list the products of matrices of one forward pass in order, write down for each how many "
        "rows, how many columns and how long the sums are, and mind the factor of the convention.",
    )


@check(points=2, rests_on=("test_tokens",))
def test_activations(probe: Probe) -> None:
    """The numbers kept for the backward pass are counted rightly, up to those of ViT-Base."""
    require_counts(
        probe.function("count_activations"),
        CASES,
        "go through the docstring's list, and write down the shape of each tensor in it.",
    )
