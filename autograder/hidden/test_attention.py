"""Stage `attention`, hidden: odd sizes, large scores, dtypes, gradients, dropout, no memory."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import (
    require,
    require_same,
    require_tensor,
    require_unchanged,
)
from autograder.checking.api.probe import Probe, call

SIZES_HINT = "let every size come from the arguments' shapes, never from a constant."
DROPOUT_HINT = (
    "read once more on what the dropout acts, and at which moment of the computation; and let "
    "nn.Dropout do the scaling."
)


@check(points=1, rests_on=("test_formula",))
def test_leading_dimensions(probe: Probe) -> None:
    """The formula works for any leading dimensions, also none, and any memory layout."""
    attend = probe.function("scaled_dot_product_attention")
    for leading in ((), (2,), (2, 1, 3), (1, 2, 2, 2)):
        for layout in ("contiguous", "transposed", "strided"):
            attend.require_reference(
                probe.inputs.normal(*leading, 3, 4),
                probe.inputs.normal(*leading, 2, 4),
                probe.inputs.normal(*leading, 2, 5),
                what="the output, the weights",
                case=f"with {len(leading)} leading dimensions ({layout} in memory)",
                hint="name axes from the end (-1, -2), and do not lean on how a tensor lies in "
                "memory.",
                _layout=layout,
            )
    attend.require_reference(
        probe.inputs.normal(1, 1),
        probe.inputs.normal(1, 1),
        probe.inputs.normal(1, 1),
        what="the output, the weights",
        case="with one query and one key",
        hint=SIZES_HINT,
    )


@check(points=2, rests_on=("test_formula",))
def test_large_scores(probe: Probe) -> None:
    """Large scores, positive and negative, neither overflow nor vanish."""
    attend = probe.function("scaled_dot_product_attention")
    hint = (
        "exp of a large number is infinite, and of a very negative one zero; softmax stays the "
        "same when all scores of a query are shifted by one number."
    )
    # Whole numbers times powers of two: every way to compute the scores is exact.
    signs = torch.tensor([1.0, -1.0, 1 / 64]).view(3, 1)
    attend.require_reference(
        (1 + probe.inputs.integers(3, 2, 1, 3, 16)) * signs * 16,
        1.0 + probe.inputs.integers(3, 2, 1, 5, 16),
        probe.inputs.normal(2, 1, 5, 4),
        what="the output, the weights",
        case="with large scores",
        hint=hint,
    )
    layer = probe.module("MultiHeadSelfAttention", embed_dim=8, num_heads=2)
    what = "MultiHeadSelfAttention with large scores: the output"
    output = require_tensor(layer(1000 * probe.inputs.normal(2, 5, 8)), what, (2, 5, 8))
    require(
        bool(output.isfinite().all()),
        f"{what} has numbers that are not finite (inf or nan)\nTry: {hint}",
    )


@check(points=1, rests_on=("test_formula", "test_many_heads"))
def test_dtypes(probe: Probe) -> None:
    """Double and half precision come out as they went in."""
    attend = probe.function("scaled_dot_product_attention")
    hint = "let new tensors take their dtype from the arguments."
    for name in ("float64", "bfloat16"):
        dtype = getattr(torch, name)
        arguments = (probe.inputs.normal(1, 2, 3, 4).to(dtype) for _ in range(3))
        attend.require_reference(
            *arguments, what="the output, the weights", case=f"in {name}", hint=hint
        )
        layer = probe.module("MultiHeadSelfAttention", embed_dim=8, num_heads=2, dtype=name)
        layer.require_reference(
            probe.inputs.normal(2, 3, 8).to(dtype), case=f"in {name}", hint=hint
        )


@check(points=1, rests_on=("test_one_head", "test_many_heads", "test_returned_weights"))
def test_sizes(probe: Probe) -> None:
    """One head, a head for each column, one token, one image, and any memory layout."""
    for heads, batch, tokens, layout in (
        (1, 2, 3, "contiguous"),
        (6, 1, 4, "transposed"),
        (2, 3, 1, "strided"),
        (3, 1, 9, "strided"),
    ):
        layer = probe.module("MultiHeadSelfAttention", embed_dim=6, num_heads=heads)
        layer.require_reference(
            probe.inputs.normal(batch, tokens, 6),
            return_weights=True,
            what="the output, the weights",
            case=f"with {heads} heads, {batch} x {tokens} tokens ({layout} in memory)",
            hint=SIZES_HINT,
            _layout=layout,
        )
    for head_dim, batch, tokens in ((1, 1, 1), (9, 2, 4)):
        one = probe.module("SelfAttention", embed_dim=6, head_dim=head_dim)
        one.require_reference(
            probe.inputs.normal(batch, tokens, 6),
            case=f"with head_dim {head_dim}, {batch} x {tokens} tokens",
            hint=SIZES_HINT,
            _layout="transposed",
        )


@check(points=1, rests_on=("test_formula", "test_one_head", "test_many_heads"))
def test_gradients(probe: Probe) -> None:
    """Gradients flow to every input and every parameter."""
    hint = (
        "look for .detach(), .data, .item(), torch.no_grad(), or a new torch.tensor(...) between "
        "input and output."
    )
    attend = probe.function("scaled_dot_product_attention")
    attend.require_reference_gradients(
        probe.inputs.normal(1, 2, 3, 4),
        probe.inputs.normal(1, 2, 5, 4),
        probe.inputs.normal(1, 2, 5, 6),
        hint=hint,
        _cotangent=probe.inputs.normal(1, 2, 3, 6),
    )
    for layer in (
        probe.module("SelfAttention", embed_dim=6, head_dim=4),
        probe.module("MultiHeadSelfAttention", embed_dim=6, num_heads=2),
    ):
        layer.require_reference_gradients(
            probe.inputs.normal(2, 4, 6), hint=hint, _cotangent=probe.inputs.normal(2, 4, 6)
        )


@check(points=1)
def test_tokens_have_no_places(probe: Probe) -> None:
    """Every token is heard, and reordering the tokens only reorders the outputs."""
    layer = probe.module("MultiHeadSelfAttention", embed_dim=8, num_heads=2)
    tokens = probe.inputs.normal(2, 4, 8)
    order = [2, 0, 3, 1]
    changed = tokens.clone()
    changed[:, 3] = probe.inputs.normal(2, 8)
    value, reordered, other = (
        require_tensor(each.value, "the output", (2, 4, 8), torch.float32)
        for each in layer.results(call(tokens), call(tokens[:, order]), call(changed))
    )
    require_same(
        reordered,
        value[:, order],
        "the output for reordered tokens",
        "expected here is your own output for the first order, its tokens reordered likewise; "
        "look for a reshape that mixes the axis of tokens with another one.",
    )
    moved = (other - value).abs().amax(dim=-1)
    require(
        bool((moved[:, :3] > 1e-4).all()),
        "when the last token changes, the outputs of the others should change, too, but some "
        "did not\nTry: look along which axis the tokens attend to each other.",
    )


@check(points=1)
def test_dropout_on_weights(probe: Probe) -> None:
    """In training, dropout acts on the weights."""
    # One token has one weight a head, so the part of the output that a head makes lives or dies
    # as a whole. Two heads: each image shows one of four patterns.
    sizes: dict[str, Any] = {"embed_dim": 8, "num_heads": 2}
    weights = probe.module("MultiHeadSelfAttention", **sizes).weights | {
        "value.bias": 3 + probe.inputs.uniform(8),
        "out.weight": torch.eye(8),
        "out.bias": torch.ones(8),
    }
    tokens = probe.inputs.normal(128, 1, 8) / 8
    kept, trained = (
        require_tensor(
            probe.module("MultiHeadSelfAttention", **sizes, dropout=dropout).with_weights(weights)(
                tokens, _train=True, _seed=probe.inputs.seed()
            ),
            "MultiHeadSelfAttention: the output",
            (128, 1, 8),
            torch.float32,
        )
        for dropout in (0.0, 0.5)
    )
    ratios = ((trained - 1) / (kept - 1)).view(128, 8)
    zero, double = ratios.abs() <= 1e-3, (ratios - 2).abs() <= 1e-3
    patterns = len({tuple(row) for row in zero.tolist()})
    problem = None
    if bool(((ratios - 1).abs() <= 1e-3).all()):
        problem = "the same numbers as without dropout"
    elif not bool((zero | double).all()):
        problem = "numbers that are neither what `out` makes of nothing nor of the doubled heads"
    elif patterns > 4:
        problem = f"single numbers of a head dropped, in {patterns} patterns"
    require(
        problem is None,
        "MultiHeadSelfAttention in training, images of one token, two heads: each head has a "
        "single weight, so what it hands to `out` is dropped or doubled as a whole"
        f"\n  expected: each head as a whole, which makes at most 4 patterns\n  got:      {problem}"
        f"\nTry: {DROPOUT_HINT}",
    )
    share = float(zero.float().mean())
    require(
        0.25 <= share <= 0.75,
        f"with dropout 0.5, about half of the weights should be dropped in training, but "
        f"{share:.0%} were\nTry: {DROPOUT_HINT}",
    )


@check(points=1)
def test_weights_before_dropout(probe: Probe) -> None:
    """In training, the weights returned are those before dropout."""
    layer = probe.module("MultiHeadSelfAttention", embed_dim=8, num_heads=2, dropout=0.5)
    tokens = probe.inputs.normal(2, 5, 8)
    evaluation, training = (
        result.value
        for result in layer.results(
            call(tokens, return_weights=True),
            call(tokens, return_weights=True, _train=True, _seed=probe.inputs.seed()),
        )
    )
    require(
        all(
            isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], torch.Tensor)
            for value in (evaluation, training)
        ),
        "MultiHeadSelfAttention with return_weights should return two tensors, in evaluation and "
        "in training",
    )
    what = "MultiHeadSelfAttention, dropout 0.5: the weights returned in "
    shape = tuple(evaluation[1].shape)
    require_same(
        training[1],
        require_tensor(evaluation[1], what + "evaluation", shape, torch.float32),
        what + "training",
        "expected here are those you return in evaluation; keep two names, one for the weights "
        "as the softmax gives them, one for what dropout makes of them.",
    )


@check(points=1, rests_on=("test_formula", "test_one_head", "test_many_heads"))
def test_calls_stand_alone(probe: Probe) -> None:
    """Calls do not remember each other, and inputs stay as they were."""
    for target, shape, tensors in (
        (probe.function("scaled_dot_product_attention"), (1, 2, 4, 6), 3),
        (probe.module("SelfAttention", embed_dim=6, head_dim=3), (2, 4, 6), 1),
        (probe.module("MultiHeadSelfAttention", embed_dim=6, num_heads=2), (2, 4, 6), 1),
    ):
        name = target.program.target
        first = [probe.inputs.normal(*shape) for _ in range(tensors)]
        second = [probe.inputs.normal(*shape) for _ in range(tensors)]
        results = target.results(call(*first), call(*second), call(*first))
        for result, given in zip(results, (first, second, first), strict=True):
            require_unchanged(result.after, given, name)
            value = result.value[0] if isinstance(result.value, tuple) else result.value
            expected = target.expected(*given)
            require_same(
                value,
                expected[0] if isinstance(expected, tuple) else expected,
                f"{name}, called three times with different inputs: the output",
                "compute from the arguments and parameters alone; keep nothing on self.",
            )
