"""Stage `encoder`, public: the MLP, one block, the stack."""

from __future__ import annotations

import torch

from ..api.check import check
from ..api.probe import Probe, steady


@check(points=2)
def test_mlp(probe: Probe) -> None:
    """The MLP gives the right output, with the exact GELU."""
    layer = probe.module("MLP", embed_dim=6, hidden_dim=10)
    hint = (
        "follow the order in the docstring, and look up which GELU PyTorch computes unless it "
        "is told otherwise."
    )
    layer.require_reference(probe.inputs.normal(2, 5, 6), hint=hint)
    # Where GELU's tail is, its approximations differ most; all hidden numbers add up.
    tail = layer.with_weights(
        {
            "fc1.weight": 0.1 * layer.weights["fc1.weight"],
            "fc1.bias": torch.full((10,), -2.2),
            "fc2.weight": 1 + layer.weights["fc2.weight"].abs(),
        }
    )
    tail.require_reference(
        probe.inputs.normal(2, 5, 6), case="with hidden numbers near -2", hint=hint
    )


@check(points=3)
def test_block(probe: Probe) -> None:
    """A block normalises before each of its two parts and adds each part's result back."""
    layer = steady(probe.module("EncoderBlock", embed_dim=8, hidden_dim=12, num_heads=2))
    layer.require_reference(
        probe.inputs.normal(2, 5, 8),
        hint="draw the block on paper: two normalisations, two parts, two additions. Which "
        "tensor goes into each, and which is added to what?",
    )


@check(points=2)
def test_encoder(probe: Probe) -> None:
    """The encoder runs its blocks in order, each with its own weights, and normalises last."""
    layer = steady(probe.module("Encoder", embed_dim=8, hidden_dim=12, num_layers=3, num_heads=2))
    layer.require_reference(
        probe.inputs.normal(2, 5, 8),
        hint="if the block's own check passes, look at what goes from one block to the next, "
        "and at what happens after the last one.",
    )
