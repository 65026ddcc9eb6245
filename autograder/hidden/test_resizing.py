"""Stage `resizing`, hidden: no class token, the same grid, wrong counts, any positions."""

from __future__ import annotations

from autograder.checking.api.check import check
from autograder.checking.api.compare import require_same, require_unchanged
from autograder.checking.api.probe import Probe, call
from autograder.hidden.illegal import require_numbers

FLOAT32 = (1e-5, 1e-4)


@check(points=2)
def test_no_class_token(probe: Probe) -> None:
    """Without a class token, all positions belong to the picture."""
    resize = probe.function("resize_positions")
    for old, new in (((3, 4), (5, 6)), ((4, 4), (3, 3))):
        resize.require_reference(
            probe.inputs.normal(1, old[0] * old[1], 4),
            old,
            new,
            class_token=False,
            case="with class_token=False",
            hint="see where your code counts on a class token.",
        )


@check(points=1, rests_on=("test_finer_grid",))
def test_same_grid(probe: Probe) -> None:
    """The grid they were learned for gives the positions as they are."""
    resize = probe.function("resize_positions")
    for grid in ((4, 4), (2, 5)):
        positions = probe.inputs.normal(1, 1 + grid[0] * grid[1], 6)
        require_same(
            resize(positions, grid, grid),
            positions,
            f"resize_positions from {grid} to {grid}: the output",
            "a picture that is scaled to the size it has does not change; does yours?",
        )


@check(points=2)
def test_wrong_counts(probe: Probe) -> None:
    """A number of positions that does not fit the grid raises ValueError with both numbers."""
    resize = probe.function("resize_positions")
    resize(probe.inputs.normal(1, 13, 4), (3, 4), (2, 2))
    for count, old, class_token, needed in (
        (12, (3, 4), True, 13),
        (17, (3, 5), True, 16),
        (13, (3, 4), False, 12),
        (10, (2, 2), True, 5),
    ):
        require_numbers(
            resize.raised(probe.inputs.normal(1, count, 4), old, (2, 2), class_token),
            f"resize_positions of {count} positions for {old}, class_token={class_token}",
            {count, needed},
        )


@check(points=2)
def test_any_positions(probe: Probe) -> None:
    """Positions of any dtype and place in memory are resized alike, whatever came before."""
    resize = probe.function("resize_positions")
    double = probe.inputs.normal(1, 13, 6).double()
    require_same(
        resize(double, (3, 4), (4, 5)),
        resize.expected(double, (3, 4), (4, 5)),
        "resize_positions of torch.float64 positions: the output",
        "let the dtype come from the positions.",
        FLOAT32,
    )
    for layout in ("transposed", "reversed", "strided"):
        positions = probe.inputs.normal(1, 13, 6)
        what = f"the output for positions that lie {layout} in memory"
        resize.require_reference(positions, (3, 4), (4, 5), what=what, _layout=layout)
    one, other = probe.inputs.normal(1, 10, 4), probe.inputs.normal(1, 5, 3)
    asked = ((one, (3, 3), (4, 4)), (other, (2, 2), (3, 3)), (one, (3, 3), (4, 4)))
    results = resize.results(*(call(*each) for each in asked))
    require_unchanged(results[0].after, [one], "resize_positions")
    require_same(
        results[2].value,
        resize.expected(one, (3, 3), (4, 4)),
        "resize_positions: the output of a call, after another one in between,",
        "nothing may be remembered between calls.",
    )
