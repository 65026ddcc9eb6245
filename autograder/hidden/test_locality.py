"""Stage `locality`, hidden: odd sizes, large scores, dtypes, gradients, dropout, no memory."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import require, require_same, require_tensor, require_unchanged
from autograder.checking.api.probe import Probe, call
from autograder.checking.checks.test_locality import NAME, at_start

SIZES_HINT = "let every size, the dtype and the device come from the arguments."
DROPOUT_HINT = (
    "as in your MultiHeadSelfAttention: dropout acts on the weights before they meet the values, "
    "and the weights that are returned are those before it."
)


@check(points=1, rests_on=("test_output", "test_no_weight_for_itself"))
def test_sizes(probe: Probe) -> None:
    """Two tokens, one head, a head for each column, one image, and any memory layout."""
    for heads, batch, tokens, layout in (
        (1, 2, 3, "contiguous"),
        (6, 1, 4, "transposed"),
        (2, 3, 2, "strided"),
        (3, 1, 9, "strided"),
    ):
        at_start(probe, embed_dim=6, num_heads=heads).require_reference(
            probe.inputs.normal(batch, tokens, 6),
            return_weights=True,
            what="the output, the weights",
            case=f"with {heads} heads, {batch} x {tokens} tokens ({layout} in memory)",
            hint=SIZES_HINT,
            _layout=layout,
        )


@check(points=2, rests_on=("test_output", "test_no_weight_for_itself"))
def test_large_scores(probe: Probe) -> None:
    """However large a token's score with itself, and however small the others: no weight."""
    layer = at_start(probe, embed_dim=4, num_heads=1)
    # Each token's score with itself is some thousands; with each other one as much below zero.
    eye, zero = torch.eye(4), torch.zeros(4)
    layer = layer.with_weights(
        {
            "query.weight": 64 * eye,
            "query.bias": zero,
            "key.weight": 64 * eye,
            "key.bias": zero,
        }
    )
    tokens = torch.tensor([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0], [-1.0, 1.0, -1.0, 0.5]])
    layer.require_reference(
        tokens.expand(2, 3, 4),
        return_weights=True,
        what="the output, the weights",
        case="with large scores",
        hint="no finite number is small enough to be sure; and what was divided by the sum of "
        "all cannot be mended where only one of them counted.",
    )


@check(points=1, rests_on=("test_output",))
def test_dtypes(probe: Probe) -> None:
    """Double and half precision come out as they went in."""
    for name in ("float64", "bfloat16"):
        tokens = probe.inputs.normal(2, 3, 8).to(getattr(torch, name))
        layer = at_start(probe, name, embed_dim=8, num_heads=2)
        layer.require_reference(tokens, case=f"in {name}", hint=SIZES_HINT)


@check(points=1, rests_on=("test_output",))
def test_gradients(probe: Probe) -> None:
    """Gradients flow to the tokens and to every parameter, the temperature among them."""
    at_start(probe, embed_dim=6, num_heads=2).require_reference_gradients(
        probe.inputs.normal(2, 4, 6),
        hint="look for .detach(), .item(), float(...) or torch.no_grad() between input and output; "
        "and let no infinite number come near a parameter.",
        _cotangent=probe.inputs.normal(2, 4, 6),
    )


@check(points=1)
def test_dropout_on_weights(probe: Probe) -> None:
    """In training, dropout acts on the weights; those returned are from before it."""
    # Of two tokens each has one weight a head, for the other one: what a head collects lives or
    # dies as a whole.
    sizes: dict[str, Any] = {"embed_dim": 8, "num_heads": 2}
    weights = at_start(probe, **sizes).weights | {
        "value.bias": 3 + probe.inputs.uniform(8),
        "out.weight": torch.eye(8),
        "out.bias": torch.ones(8),
    }
    tokens = probe.inputs.normal(64, 2, 8) / 8
    layer = probe.module(NAME, **sizes, dropout=0.5).with_weights(weights)
    plain, trained = layer.results(
        call(tokens, return_weights=True),
        call(tokens, return_weights=True, _train=True, _seed=probe.inputs.seed()),
    )
    kept = probe.module(NAME, **sizes).with_weights(weights)(tokens)
    values = []
    for value in (plain.value, trained.value):
        require(
            isinstance(value, tuple) and len(value) == 2,
            f"{NAME} with return_weights should return two tensors",
        )
        values.append(require_tensor(value[0], f"{NAME}: the output", (64, 2, 8)))
    require_same(
        values[0],
        require_tensor(kept, f"{NAME}: the output", (64, 2, 8), torch.float32),
        f"{NAME} in evaluation mode, dropout 0.5: the output",
        "expected here is your own output with dropout 0.",
    )
    ratios = ((values[1] - 1) / (kept - 1)).view(128, 2, 4)
    zero, double = ratios.abs() <= 1e-3, (ratios - 2).abs() <= 1e-3
    problem = None
    if bool(((ratios - 1).abs() <= 1e-3).all()):
        problem = "the same numbers as without dropout"
    elif not bool((zero | double).all()):
        problem = "numbers that are neither what `out` makes of nothing nor of the doubled heads"
    elif not bool((zero.all(dim=-1) | double.all(dim=-1)).all()):
        problem = "single numbers of a head dropped"
    require(
        problem is None,
        f"{NAME} in training, dropout 0.5, images of two tokens: each head has one weight for "
        "each token, so what it collects is dropped or doubled as a whole"
        f"\n  expected: each head as a whole\n  got:      {problem}\nTry: {DROPOUT_HINT}",
    )
    share = float(zero.float().mean())
    require(
        0.25 <= share <= 0.75,
        f"{NAME}: with dropout 0.5, about half of the weights should be dropped in training, but "
        f"{share:.0%} were\nTry: {DROPOUT_HINT}",
    )
    require_same(
        trained.value[1],
        require_tensor(plain.value[1], f"{NAME}: the weights", (64, 2, 2, 2), torch.float32),
        f"{NAME}, dropout 0.5: the weights returned in training",
        "expected here are those you return in evaluation; " + DROPOUT_HINT,
    )


@check(points=1, rests_on=("test_output",))
def test_calls_stand_alone(probe: Probe) -> None:
    """Calls with more and fewer tokens do not remember each other; inputs stay as they were."""
    layer = at_start(probe, embed_dim=6, num_heads=2)
    calls = [probe.inputs.normal(2, count, 6) for count in (3, 5, 2)]
    for result, given in zip(layer.results(*map(call, calls)), calls, strict=True):
        require_unchanged(result.after, [given], NAME)
        require_same(
            result.value,
            layer.expected(given),
            f"{NAME}, called with 3, 5 and 2 tokens: the output",
            "compute from the arguments and parameters alone; keep nothing on self.",
        )
