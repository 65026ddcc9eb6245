"""Stage `attention`, public: the formula, one head, many heads, weights on request, evaluation."""

from __future__ import annotations

from typing import Any

import torch

from ..api.check import check
from ..api.compare import require, require_same, require_tensor
from ..api.probe import Probe, call

FORMULA_HINT = (
    "compare your steps with the formula in the docstring: what is multiplied with what, what "
    "the scores are divided by, and along which axis the weights sum to one."
)
HEADS_HINT = (
    "if the formula's own check passes, look at how the columns are shared out between the "
    "heads, what each head divides its scores by, and how the heads' outputs are joined."
)


@check(points=2)
def test_formula(probe: Probe) -> None:
    """Scaled dot-product attention gives the right output and weights."""
    attend = probe.function("scaled_dot_product_attention")
    attend.require_reference(
        probe.inputs.normal(2, 3, 4, 6),
        probe.inputs.normal(2, 3, 5, 6),
        probe.inputs.normal(2, 3, 5, 7),
        what="the output, the weights",
        hint=FORMULA_HINT,
    )


@check(points=1)
def test_weights_sum_to_one(probe: Probe) -> None:
    """Each query's weights over the keys are positive and sum to one."""
    attend = probe.function("scaled_dot_product_attention")
    value = attend(
        probe.inputs.normal(1, 2, 3, 6),
        probe.inputs.normal(1, 2, 5, 6),
        probe.inputs.normal(1, 2, 5, 4),
    )
    require(
        isinstance(value, tuple) and len(value) == 2,
        "scaled_dot_product_attention should return two tensors: the output and the weights",
    )
    weights = require_tensor(value[1], "the weights", (1, 2, 3, 5), torch.float32)
    require(
        bool((weights > 0).all()),
        f"the weights should be positive, but the smallest is {weights.min().item():.5g}\n"
        "Try: print the weights of one query.",
    )
    sums = weights.sum(dim=-1)
    require(
        bool(((sums - 1).abs() <= 1e-4).all()),
        "the weights of a query should sum to 1 over the keys (the last axis), but they sum to "
        f"{', '.join(f'{number:.4g}' for number in sums[0, 0].tolist())} for the first "
        "queries\nTry: look at the axis along which you normalise.",
    )


@check(points=2)
def test_one_head(probe: Probe) -> None:
    """SelfAttention projects the tokens, attends, and projects back."""
    layer = probe.module("SelfAttention", embed_dim=6, head_dim=4)
    layer.require_reference(
        probe.inputs.normal(2, 5, 6),
        hint="if the formula's own check passes, look at which projection each token goes "
        "through on its way in and on its way out; head_dim is not embed_dim here.",
    )


@check(points=2)
def test_many_heads(probe: Probe) -> None:
    """MultiHeadSelfAttention gives the right output with three heads."""
    layer = probe.module("MultiHeadSelfAttention", embed_dim=12, num_heads=3)
    layer.require_reference(probe.inputs.normal(2, 5, 12), hint=HEADS_HINT)


@check(points=2)
def test_returned_weights(probe: Probe) -> None:
    """With return_weights, the weights of every head come along."""
    layer = probe.module("MultiHeadSelfAttention", embed_dim=12, num_heads=3)
    tokens = probe.inputs.normal(2, 5, 12)
    alone, both = layer.results(call(tokens), call(tokens, return_weights=True))
    require(
        isinstance(both.value, tuple) and len(both.value) == 2,
        "MultiHeadSelfAttention with return_weights should return two tensors: the output and "
        "the weights",
    )
    require_same(
        both.value[1],
        layer.expected(tokens, return_weights=True)[1],
        "MultiHeadSelfAttention with return_weights: the weights",
        "they are (batch, heads, tokens, tokens), the heads in their own order; " + HEADS_HINT,
    )
    require_same(
        both.value[0],
        require_tensor(alone.value, "the output", (2, 5, 12), torch.float32),
        "MultiHeadSelfAttention with return_weights: the output",
        "expected here is your own output without return_weights.",
    )


@check(points=1, rests_on=("test_many_heads",))
def test_no_dropout_in_evaluation(probe: Probe) -> None:
    """In evaluation mode, dropout changes nothing."""
    sizes: dict[str, Any] = {"embed_dim": 8, "num_heads": 2}
    without = probe.module("MultiHeadSelfAttention", **sizes)
    layer = probe.module("MultiHeadSelfAttention", **sizes, dropout=0.5).with_weights(
        without.weights
    )
    tokens = probe.inputs.normal(2, 4, 8)
    require_same(
        layer(tokens),
        require_tensor(without(tokens), "the output", (2, 4, 8), torch.float32),
        "MultiHeadSelfAttention in evaluation mode, dropout 0.5: the output",
        "expected here is your own output with dropout 0; see how nn.Dropout knows whether the "
        "module is in training.",
    )
