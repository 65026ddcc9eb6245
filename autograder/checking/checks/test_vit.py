"""Stage `vit`, public: sinusoidal positions, the embedding, the logits, mean pooling."""

from __future__ import annotations

from typing import Any

import torch

from ..api.check import check
from ..api.compare import require, require_same
from ..api.probe import Probe

POSITIONS_TOLERANCE = (1e-3, 0.0)
SIZES: dict[str, Any] = {
    "image_size": (8, 12),
    "patch_size": 4,
    "in_channels": 3,
    "num_classes": 5,
    "embed_dim": 8,
    "hidden_dim": 12,
    "num_layers": 2,
    "num_heads": 2,
}
SHALLOW = SIZES | {"num_layers": 1}


@check(points=1)
def test_sinusoidal_positions(probe: Probe) -> None:
    """Sinusoidal positions are waves of the right lengths, sine and cosine in turn."""
    positions = probe.function("sinusoidal_positions")
    for sizes in ((6, 8), (1, 2)):
        require_same(
            positions(*sizes),
            positions.expected(*sizes),
            f"sinusoidal_positions{sizes}",
            "check by hand the first row (position 0) and the first two columns; then which "
            "columns share one angle.",
            POSITIONS_TOLERANCE,
        )


@check(points=1, rests_on=("test_sinusoidal_positions",))
def test_odd_embed_dim(probe: Probe) -> None:
    """An odd embed_dim raises a ValueError that names it."""
    raised = probe.function("sinusoidal_positions").raised(4, 7)
    require(
        raised is not None,
        "sinusoidal_positions(4, 7) should raise a ValueError, but returned something\n"
        "Try: sines and cosines come in pairs; check the argument before computing.",
    )
    assert raised
    require(
        "ValueError" in raised.bases,
        f"sinusoidal_positions(4, 7) should raise a ValueError, but raised {raised.words}",
    )
    require(
        "7" in raised.message,
        "sinusoidal_positions(4, 7): the error's message should name the embed_dim 7, but is "
        f"{raised.message!r:.200}",
    )


@check(points=2)
def test_embed(probe: Probe) -> None:
    """embed projects the patches, puts the class token first and adds the positions."""
    probe.module("ViT", **SHALLOW).require_reference(
        probe.inputs.normal(2, 3, 8, 12),
        hint="follow the order in the docstring; compare the first token with the class token, "
        "and the difference of two tokens with what you know of the positions.",
        case="embed",
        _method="embed",
    )


@check(points=2)
def test_logits(probe: Probe) -> None:
    """The logits are what the head makes of the class token's output."""
    model = probe.module("ViT", **SIZES)
    model = model.with_weights({"positions": torch.zeros_like(model.weights["positions"])})
    model.require_reference(
        probe.inputs.normal(2, 3, 8, 12),
        what="the logits",
        hint="if embed's own check passes, follow its tokens: through what do they go, and which "
        "of them does the head read?",
    )


@check(points=1)
def test_mean_pool(probe: Probe) -> None:
    """With pool="mean", the head reads the mean over all tokens."""
    model = probe.module("ViT", **SHALLOW, pool="mean")
    model = model.with_weights({"positions": torch.zeros_like(model.weights["positions"])})
    model.require_reference(
        probe.inputs.normal(2, 3, 8, 12),
        what="the logits",
        hint="there is no class token then; look at the axis over which you take the mean, and "
        "at the moment when you take it.",
    )
