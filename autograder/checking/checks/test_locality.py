"""Stage `locality`, public: the output, the weights, the temperature, a single token."""

from __future__ import annotations

import re
from typing import Any

import torch

from ..api.check import check
from ..api.compare import require, require_same, require_tensor
from ..api.probe import Probe, Target, call

NAME = "LocalitySelfAttention"


def at_start(probe: Probe, dtype: str = "float32", **sizes: Any) -> Target:
    """The layer with the temperature it has before any training."""
    start = torch.tensor([(sizes["embed_dim"] / sizes["num_heads"]) ** 0.5])
    return probe.module(NAME, dtype, **sizes).with_weights({"temperature": start})


@check(points=3)
def test_output(probe: Probe) -> None:
    """The output is what the heads collect from the other tokens, projected."""
    layer = at_start(probe, embed_dim=12, num_heads=3)
    layer.require_reference(
        probe.inputs.normal(2, 5, 12),
        hint="what is not in this lab's docstring is as in your MultiHeadSelfAttention; then: "
        "what takes the place of sqrt(head_dim), and which scores may not count?",
    )


@check(points=2)
def test_no_weight_for_itself(probe: Probe) -> None:
    """With return_weights come the weights: none for the token itself, the others sum to one."""
    layer = at_start(probe, embed_dim=12, num_heads=3)
    tokens = probe.inputs.normal(2, 5, 12)
    alone, both = layer.results(call(tokens), call(tokens, return_weights=True))
    require(
        isinstance(both.value, tuple) and len(both.value) == 2,
        f"{NAME} with return_weights should return two tensors: the output and the weights",
    )
    weights = require_tensor(both.value[1], f"{NAME}: the weights", (2, 3, 5, 5), torch.float32)
    own = weights.diagonal(dim1=-2, dim2=-1)
    require(
        bool((own == 0).all()),
        f"{NAME}: a token's weight for itself is not zero\n"
        f"  expected: 0 on the diagonal\n"
        f"  got:      {', '.join(f'{number:.4g}' for number in own[0, 0].tolist())} in the first "
        "head\nTry: which score gives a weight of exactly zero after the softmax?",
    )
    sums = weights.sum(dim=-1)
    require(
        bool((sums - 1).abs().max() < 1e-4),
        f"{NAME}: the weights of a token should sum to 1 over the other tokens, but they sum to "
        f"{', '.join(f'{number:.4g}' for number in sums[0, 0].tolist())} for the first tokens\n"
        "Try: look at whether the masking comes before or after the softmax.",
    )
    require_same(
        weights,
        layer.expected(tokens, return_weights=True)[1],
        f"{NAME}: the weights",
        "they are (batch, heads, tokens, tokens), the heads in their own order.",
    )
    require_same(
        both.value[0],
        require_tensor(alone.value, "the output", (2, 5, 12), torch.float32),
        f"{NAME} with return_weights: the output",
        "expected here is your own output without return_weights.",
    )


@check(points=2, rests_on=("test_output",))
def test_temperature(probe: Probe) -> None:
    """The temperature decides how sharp the weights are, in every head alike."""
    layer = probe.module(NAME, embed_dim=8, num_heads=2)
    tokens = probe.inputs.normal(2, 4, 8)
    for temperature in (0.25, 2.0, 8.0):
        layer.with_weights({"temperature": torch.tensor([temperature])}).require_reference(
            tokens,
            case=f"with temperature {temperature}",
            hint="the hotter, the more alike the weights: where does the temperature belong?",
        )


@check(points=1)
def test_single_token(probe: Probe) -> None:
    """A single token has nothing to look at: ValueError, with a message that says so."""
    layer = at_start(probe, embed_dim=8, num_heads=2)
    require_tensor(layer(probe.inputs.normal(2, 2, 8)), "the output", (2, 2, 8), torch.float32)
    error = layer.raised(probe.inputs.normal(2, 1, 8))
    require(
        error is not None and "ValueError" in error.bases,
        f"{NAME} of a single token\n  expected: a ValueError\n"
        f"  got:      {error.words if error else 'a value, although no token is left to look at'}\n"
        "Try: before anything else, find out how many tokens there are.",
    )
    assert error is not None
    require(
        re.search(r"\b(token|tokens)\b", error.message.lower()) is not None,
        f"{NAME} of a single token: the ValueError's message should say that there is only one "
        f"token, but it is {error.message!r:.200}",
    )
