"""Stage `tokenization`, public: the image and its shifts, and the tokens made of them."""

from __future__ import annotations

import torch

from ..api.check import check
from ..api.compare import require, require_same, require_tensor
from ..api.probe import Probe

DIRECTIONS = ("left and up", "right and up", "left and down", "right and down")


@check(points=1)
def test_shifted_shape(probe: Probe) -> None:
    """An image and its four shifts have five times the channels, and the image's size."""
    shift = probe.function("shift_images")
    for shape, pixels in (((2, 3, 6, 8), 2), ((1, 1, 9, 5), 1)):
        batch, channels, height, width = shape
        require_tensor(
            shift(probe.inputs.normal(*shape), pixels),
            f"shift_images: the output for images {shape} and shift {pixels}",
            (batch, 5 * channels, height, width),
            torch.float32,
            "each shift is as large as the image; the five are stacked along the channels.",
        )


@check(points=1, rests_on=("test_shifted_shape",))
def test_image_comes_first(probe: Probe) -> None:
    """The first channels hold the image as it is."""
    images = probe.inputs.normal(2, 3, 6, 8)
    shifted = require_tensor(
        probe.function("shift_images")(images, 2), "the output", (2, 15, 6, 8), torch.float32
    )
    require_same(
        shifted[:, :3],
        images,
        "shift_images: the first 3 of 15 channels",
        "expected here is the image itself; read once more in which order the five come.",
    )


@check(points=3, rests_on=("test_shifted_shape", "test_image_comes_first"))
def test_directions(probe: Probe) -> None:
    """Each shift moves the image into its own direction, and zeros come in."""
    shift = probe.function("shift_images")
    # One bright pixel in the middle shows where an image went.
    image = torch.zeros(1, 1, 7, 9)
    image[0, 0, 3, 4] = 1.0
    for pixels in (1, 2):
        shifted = require_tensor(shift(image, pixels), "the output", (1, 5, 7, 9), torch.float32)
        for number, direction in enumerate(DIRECTIONS, start=1):
            row = 3 + (pixels if "down" in direction else -pixels)
            column = 4 + (pixels if "right" in direction else -pixels)
            bright = [tuple(place) for place in shifted[0, number].nonzero().tolist()]
            require(
                bright == [(row, column)],
                f"shift_images by {pixels}: copy {number} of an image with one bright pixel, "
                f"in row 3 and column 4, is to show it moved {direction}\n"
                f"  expected: bright at row {row}, column {column}\n"
                f"  got:      bright at {places(bright)}\n"
                "Try: say for one pixel of the result which pixel of the image it shows.",
            )
    images = probe.inputs.normal(2, 3, 6, 8)
    shift.require_reference(
        images,
        2,
        what="the image and its shifts",
        hint="where nothing comes in, there are zeros: nothing comes back on the other side, and "
        "no border is repeated.",
    )


@check(points=3, rests_on=("test_directions",))
def test_shifted_tokens(probe: Probe) -> None:
    """Tokens are the patches of all five, normalised, then projected."""
    layer = probe.module("ShiftedPatchTokenization", in_channels=3, patch_size=4, embed_dim=8)
    layer.require_reference(
        probe.inputs.normal(2, 3, 8, 12),
        hint="follow the order in the docstring: shift, cut, normalise, project; by how many "
        "pixels is shifted?",
    )


def places(bright: list[tuple[int, ...]]) -> str:
    """Where pixels lie, in words; at most three."""
    words = [f"row {row}, column {column}" for row, column in bright[:3]]
    return "; ".join(words) + (" and elsewhere" if len(bright) > 3 else "") or "no place"
