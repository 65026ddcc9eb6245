"""Stage `resizing`, public: shapes, the class token, finer, coarser and oblong grids."""

from __future__ import annotations

import torch

from ..api.check import check
from ..api.compare import require_same, require_tensor
from ..api.probe import Probe

PICTURE_HINT = (
    "follow one number: which row and column of the grid did it belong to, and where is it in "
    "the picture that you scale? Rows and columns are pixels there, embed_dim the channels. And "
    "is the picture scaled as the docstring says?"
)


@check(points=1)
def test_resized_shape(probe: Probe) -> None:
    """There is a position for each patch of the new grid, and for the class token."""
    resize = probe.function("resize_positions")
    for old, new, length in (((2, 2), (4, 4), 6), ((3, 5), (2, 4), 4), ((1, 3), (2, 2), 1)):
        positions = probe.inputs.normal(1, 1 + old[0] * old[1], length)
        require_tensor(
            resize(positions, old, new),
            f"resize_positions from {old} to {new}: the output",
            (1, 1 + new[0] * new[1], length),
            torch.float32,
            "count the new patches; the class token's position is one more.",
        )


@check(points=1, rests_on=("test_resized_shape",))
def test_class_token_kept(probe: Probe) -> None:
    """The class token's position stays first, and as it is."""
    resize = probe.function("resize_positions")
    positions = probe.inputs.normal(1, 10, 8)
    resized = require_tensor(
        resize(positions, (3, 3), (5, 5)), "resize_positions: the output", (1, 26, 8)
    )
    require_same(
        resized[:, :1],
        positions[:, :1],
        "resize_positions: the class token's position",
        "the class token has no place in the image; take it apart first, and put it back last.",
    )


@check(points=2)
def test_finer_grid(probe: Probe) -> None:
    """A finer grid gets the picture of positions, scaled up."""
    resize = probe.function("resize_positions")
    for old, new in (((4, 4), (7, 7)), ((3, 3), (6, 6))):
        resize.require_reference(
            probe.inputs.normal(1, 1 + old[0] * old[1], 5), old, new, hint=PICTURE_HINT
        )


@check(points=2)
def test_coarser_grid(probe: Probe) -> None:
    """A coarser grid gets the picture of positions, smoothed and scaled down."""
    resize = probe.function("resize_positions")
    for old, new in (((6, 6), (4, 4)), ((8, 8), (2, 2))):
        resize.require_reference(
            probe.inputs.normal(1, 1 + old[0] * old[1], 5),
            old,
            new,
            hint="if the check of a finer grid passes: the docstring says what happens before a "
            "picture shrinks.",
        )


@check(points=2)
def test_oblong_grids(probe: Probe) -> None:
    """Grids need not be square, neither the old one nor the new one."""
    resize = probe.function("resize_positions")
    for old, new in (((2, 6), (4, 3)), ((5, 2), (3, 7)), ((3, 4), (4, 3))):
        resize.require_reference(
            probe.inputs.normal(1, 1 + old[0] * old[1], 4),
            old,
            new,
            case=f"from {old} to {new}",
            hint="both grids are (rows, columns). " + PICTURE_HINT,
        )
