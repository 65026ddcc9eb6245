"""Stage `rollout`, public: attention through the layers, and how far a head looks."""

from __future__ import annotations

import torch
from torch import Tensor

from ..api.check import check
from ..api.compare import require, require_same, require_tensor
from ..api.probe import Probe

ROLLOUT_HINT = (
    "write down what one layer does to the tokens, as a matrix; then which layer's matrix has "
    "to stand next to the tokens that come in."
)
DISTANCE_HINT = (
    "take one query patch: list the distance to each patch, weight it, and add up. Over what do "
    "you take the mean afterwards, and what is left apart?"
)


def attention(probe: Probe, *shape: int) -> Tensor:
    """Rows that sum to one, with the same bits on every machine.

    Squares of multiples of 2**-24 add up without rounding in float64, in whatever order.
    """
    drawn = probe.inputs.uniform(*shape).double() ** 2
    return (drawn / drawn.sum(dim=-1, keepdim=True)).float()


@check(points=1)
def test_one_layer(probe: Probe) -> None:
    """Over one layer, a token is half itself and half what the heads attend to."""
    roll = probe.function("attention_rollout")
    roll.require_reference(
        attention(probe, 1, 2, 3, 4, 4),
        case="of one layer",
        hint="how is a residual connection written as a matrix? And how do several heads become "
        "one?",
    )


@check(points=2)
def test_several_layers(probe: Probe) -> None:
    """The layers are multiplied from the first one up."""
    roll = probe.function("attention_rollout")
    for layers in (2, 4):
        roll.require_reference(
            attention(probe, layers, 2, 3, 5, 5), case=f"of {layers} layers", hint=ROLLOUT_HINT
        )


@check(points=1)
def test_rows_sum_to_one(probe: Probe) -> None:
    """What a token is made of sums to one, and only what was looked at is in it."""
    roll = probe.function("attention_rollout")
    first, second = torch.eye(4)[[1, 1, 2, 3]], torch.eye(4)[[0, 1, 0, 3]]
    weights = torch.stack([first, second]).view(2, 1, 1, 4, 4)
    rollout = require_tensor(
        roll(weights), "attention_rollout: the output", (1, 4, 4), torch.float32
    )
    require_same(
        rollout.sum(dim=-1),
        torch.ones(1, 4),
        "attention_rollout: the sums of the rows",
        "a token's parts make up the whole token; which share does each part get?",
    )
    require(
        bool(rollout[0, 2, 1] > 0),
        "attention_rollout: in the first layer token 0 looks at token 1, in the second one token "
        "2 looks at token 0; so token 2 should hold something of token 1, but it holds none\n"
        f"Try: {ROLLOUT_HINT}",
    )


@check(points=1)
def test_distance_of_neighbours(probe: Probe) -> None:
    """A head that looks at the patch itself looks 0 pixels far; at the next one, a patch's size."""
    measure = probe.function("mean_attention_distance")
    itself, next_one = torch.eye(3), torch.eye(3)[[0, 2, 1]]
    weights = torch.stack([itself, next_one]).unsqueeze(0)
    for rows, columns, patch_size in ((1, 2, 4), (2, 1, 16)):
        require_same(
            measure(weights, rows, columns, patch_size),
            torch.tensor([0.0, patch_size]),
            f"mean_attention_distance for {rows} x {columns} patches of {patch_size}: the heads "
            "that look at the same and at the other patch, their distances",
            "the first of the three tokens is the class token. " + DISTANCE_HINT,
        )


@check(points=2)
def test_distance(probe: Probe) -> None:
    """The distance of each head is the mean over queries and images, in pixels."""
    measure = probe.function("mean_attention_distance")
    for grid, patch_size in ((3, 4), (4, 2)):
        measure.require_reference(
            attention(probe, 2, 3, 1 + grid**2, 1 + grid**2),
            grid,
            grid,
            patch_size,
            what="the heads' distances",
            hint=DISTANCE_HINT,
        )


@check(points=1)
def test_distance_on_oblong_grids(probe: Probe) -> None:
    """The grid of patches need not be square."""
    measure = probe.function("mean_attention_distance")
    for rows, columns in ((2, 4), (5, 2)):
        tokens = 1 + rows * columns
        measure.require_reference(
            attention(probe, 2, 2, tokens, tokens),
            rows,
            columns,
            8,
            what="the heads' distances",
            hint="patches come row by row; in which row and column is patch number 5?",
        )
