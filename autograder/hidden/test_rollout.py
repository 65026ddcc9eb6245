"""Stage `rollout`, hidden: any weights, images apart, the class token, wrong counts."""

from __future__ import annotations

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import require_same, require_tensor, require_unchanged
from autograder.checking.api.probe import Probe, call
from autograder.checking.checks.test_rollout import attention
from autograder.hidden.illegal import require_numbers


@check(points=1, rests_on=("test_several_layers",))
def test_rollout_of_any_weights(probe: Probe) -> None:
    """Weights of any size, dtype and place in memory are followed alike, and stay as they are."""
    roll = probe.function("attention_rollout")
    for shape in ((12, 1, 2, 3, 3), (3, 2, 1, 6, 6), (2, 3, 2, 1, 1)):
        weights = attention(probe, *shape)
        roll.require_reference(weights, case=f"of weights {shape}")
        require_unchanged(roll.result(weights).after, [weights], "attention_rollout")
    roll.require_reference(attention(probe, 3, 2, 2, 4, 4).double(), case="in torch.float64")
    for layout in ("transposed", "reversed", "strided"):
        what = f"the output for weights that lie {layout} in memory"
        roll.require_reference(attention(probe, 3, 2, 2, 4, 4), what=what, _layout=layout)


@check(points=1)
def test_images_are_followed_apart(probe: Probe) -> None:
    """An image's rollout depends on no other image and on no earlier call."""
    roll = probe.function("attention_rollout")
    weights = attention(probe, 3, 3, 2, 4, 4)
    together, alone, again = roll.results(call(weights), call(weights[:, 1:2]), call(weights))
    rollout = require_tensor(together.value, "attention_rollout: the output", (3, 4, 4))
    for result, expected, what in (
        (alone, rollout[1:2], "of one image alone, next to the one it has among others"),
        (again, rollout, "of the same weights in a later call"),
    ):
        require_same(
            result.value,
            expected,
            f"attention_rollout: the output {what},",
            "keep the axis of the images out of every mean and sum.",
        )
    require_same(rollout, roll.expected(weights), "attention_rollout of three images: the output")


@check(points=1)
def test_class_token_is_left_out(probe: Probe) -> None:
    """How much a patch looks at the class token, and where that looks, changes nothing."""
    measure = probe.function("mean_attention_distance")
    patches = attention(probe, 2, 3, 6, 6)
    expected = measure.expected(patches, 2, 3, 4, class_token=False)
    for eighths in ((0, 0, 0, 0, 0, 0), (4, 4, 4, 4, 4, 4), (0, 1, 2, 4, 6, 7)):
        shares = torch.tensor(eighths) / 8
        weights = torch.zeros(2, 3, 7, 7)
        weights[..., 0, :] = attention(probe, 2, 3, 7)
        weights[..., 1:, 0] = shares
        weights[..., 1:, 1:] = (1 - shares).unsqueeze(1) * patches
        require_same(
            measure(weights, 2, 3, 4),
            expected,
            "mean_attention_distance where the patches look at the class token with "
            f"{', '.join(f'{share:.1%}' for share in shares.tolist())} of their attention: the "
            "heads' distances",
            "what is left without the class token has to sum to one again, query by query.",
        )


@check(points=1)
def test_distance_without_class_token(probe: Probe) -> None:
    """Without a class token, all tokens are patches."""
    measure = probe.function("mean_attention_distance")
    for rows, columns in ((3, 3), (2, 4)):
        tokens = rows * columns
        measure.require_reference(
            attention(probe, 2, 2, tokens, tokens),
            rows,
            columns,
            4,
            class_token=False,
            what="the heads' distances with class_token=False",
            hint="see where your code counts on a class token.",
        )


@check(points=2)
def test_distance_of_wrong_counts(probe: Probe) -> None:
    """Weights that do not fit the grid raise ValueError with both numbers."""
    measure = probe.function("mean_attention_distance")
    measure(attention(probe, 1, 2, 7, 7), 2, 3, 4)
    for tokens, rows, columns, class_token, needed in (
        (6, 2, 3, True, 7),
        (10, 2, 4, True, 9),
        (7, 2, 3, False, 6),
        (17, 2, 2, True, 5),
    ):
        require_numbers(
            measure.raised(attention(probe, 1, 2, tokens, tokens), rows, columns, 4, class_token),
            f"mean_attention_distance of weights for {tokens} tokens and {rows} x {columns} "
            f"patches, class_token={class_token}",
            {tokens, needed},
        )


@check(points=1, rests_on=("test_distance",))
def test_distance_of_any_weights(probe: Probe) -> None:
    """Weights of any size, dtype and place in memory are measured alike, and stay as they are."""
    measure = probe.function("mean_attention_distance")
    for batch, heads, rows, columns in ((1, 1, 2, 2), (3, 5, 1, 4), (2, 2, 4, 6)):
        tokens = 1 + rows * columns
        weights = attention(probe, batch, heads, tokens, tokens)
        measure.require_reference(weights, rows, columns, 16, what="the heads' distances")
        after = measure.result(weights, rows, columns, 16).after
        require_unchanged(after, [weights], "mean_attention_distance")
    double = attention(probe, 2, 3, 7, 7).double()
    require_same(
        measure(double, 2, 3, 4),
        measure.expected(double, 2, 3, 4),
        "mean_attention_distance in torch.float64: the heads' distances",
        "let the dtype come from the weights.",
        (1e-5, 1e-4),
    )
    for layout in ("transposed", "reversed", "strided"):
        what = f"the heads' distances for weights that lie {layout} in memory"
        weights = attention(probe, 2, 3, 7, 7)
        measure.require_reference(weights, 2, 3, 4, what=what, _layout=layout)
