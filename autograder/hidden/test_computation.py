"""Hidden checks of the stage `computation`."""

from __future__ import annotations

from typing import Any

from autograder.checking.api.check import check
from autograder.checking.api.compare import require
from autograder.checking.api.counting import require_counts
from autograder.checking.api.probe import Probe
from autograder.hidden.test_patching import require_value_error

HINT = "nothing may depend on one size: write each term with the arguments' names."
CASES = 6


@check(points=1, rests_on=("test_tokens",))
def test_tokens_of_other_images(probe: Probe) -> None:
    """Images need not be square, and a patch size that does not divide them is refused."""
    count = probe.function("count_tokens")
    for height, width, size in ((10, 12, 4), (12, 10, 4), (15, 21, 6)):
        where = f"count_tokens of {height} x {width} pixels with patch size {size}"
        numbers = require_value_error(count.raised((height, width), size), where)
        require(
            {height, width, size} & numbers != set(),
            f"{where}: the ValueError's message does not have the sizes",
        )
    require_value_error(count.raised(10, 4), "count_tokens of 10 x 10 pixels with patch size 4")
    require_counts(
        count,
        [
            {"image_size": image_size, "patch_size": 4, "pool": pool}
            for image_size in ((8, 20), (20, 8), (4, 4), (12, 28))
            for pool in ("class", "mean")
        ],
        "height and width may differ: how many patches fit into each?",
    )


@check(points=2, rests_on=("test_parameters",))
def test_parameters_of_other_sizes(probe: Probe) -> None:
    """The parameters are right for other sizes, images that are not square, and one layer."""
    require_counts(probe.function("count_parameters"), other_sizes(probe), HINT)


@check(points=2, rests_on=("test_flops",))
def test_flops_of_other_sizes(probe: Probe) -> None:
    """The operations are right for other sizes, images that are not square, and one layer."""
    require_counts(probe.function("count_flops"), other_sizes(probe), HINT)


@check(points=2, rests_on=("test_activations",))
def test_activations_of_other_sizes(probe: Probe) -> None:
    """The activations are right for other sizes, images that are not square, and one layer."""
    require_counts(probe.function("count_activations"), other_sizes(probe), HINT)


def other_sizes(probe: Probe) -> list[dict[str, Any]]:
    """Sizes drawn at random, every second image not square, the first model of one layer."""
    found = []
    for number in range(CASES):
        draws = probe.inputs.integers(9, 8).tolist()
        patch_size, heads = 2 + draws[0], 1 + draws[1] % 5
        height, width = patch_size * (2 + draws[2] % 4), patch_size * (6 + draws[3] % 4)
        found.append(
            {
                "image_size": (height, width) if number % 2 else width,
                "patch_size": patch_size,
                "in_channels": 1 + draws[4] % 4,
                "num_classes": 2 + draws[5],
                "embed_dim": heads * (2 + draws[6]),
                "hidden_dim": 7 + 3 * draws[7],
                "num_layers": 1 + number,
                "num_heads": heads,
                "pool": "mean" if number in (1, 2) else "class",
            }
        )
    return found
