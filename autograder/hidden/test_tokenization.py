"""Stage `tokenization`, hidden: any images, odd patches, illegal sizes, gradients, no memory."""

from __future__ import annotations

import re

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import require, require_same, require_unchanged
from autograder.checking.api.probe import Probe, call

SIZES_HINT = "let every size and the dtype come from the arguments."


@check(points=2, rests_on=("test_directions",))
def test_shifts_of_any_images(probe: Probe) -> None:
    """Images of any size, dtype and place in memory are shifted alike, also by nothing."""
    shift = probe.function("shift_images")
    for dtype in (torch.float64, torch.bfloat16):
        images = probe.inputs.normal(2, 3, 5, 6).to(dtype)
        shift.require_reference(images, 2, case=f"of {dtype} images", hint=SIZES_HINT)
    shift.require_reference(
        probe.inputs.pixels(2, 1, 4, 6), 1, case="of uint8 images", hint=SIZES_HINT
    )
    for layout in ("transposed", "reversed", "strided"):
        images = probe.inputs.normal(1, 2, 6, 4)
        case = f"of images that lie {layout} in memory"
        shift.require_reference(images, 1, case=case, hint=SIZES_HINT, _layout=layout)
    for shape, pixels in (((2, 3, 4, 4), 0), ((1, 2, 3, 7), 2), ((3, 1, 1, 1), 0)):
        shift.require_reference(
            probe.inputs.normal(*shape),
            pixels,
            case=f"by {pixels} of images {shape}",
            hint="mind what a slice that ends at -0 holds." if pixels == 0 else SIZES_HINT,
        )


@check(points=2, rests_on=("test_shifted_tokens",))
def test_tokens_of_any_sizes(probe: Probe) -> None:
    """Odd patches, patches of one pixel, one patch, one channel, and any dtype."""
    # Patches of one pixel are not shifted, so with one channel all five numbers would be the same,
    # and what LayerNorm divides by its tiny deviation would be nothing but rounding.
    for channels, size, height, width, batch in (
        (2, 3, 6, 9, 2),
        (4, 1, 3, 2, 1),
        (1, 4, 4, 4, 3),
        (4, 5, 5, 10, 1),
    ):
        layer = probe.module(
            "ShiftedPatchTokenization", in_channels=channels, patch_size=size, embed_dim=6
        )
        layer.require_reference(
            probe.inputs.normal(batch, channels, height, width),
            case=f"with patches of {size}, images {height} x {width}",
            hint="half of an odd number is rounded down; " + SIZES_HINT,
        )
    for name in ("float64", "bfloat16"):
        layer = probe.module(
            "ShiftedPatchTokenization", name, in_channels=3, patch_size=2, embed_dim=4
        )
        images = probe.inputs.normal(2, 3, 4, 6).to(getattr(torch, name))
        layer.require_reference(images, case=f"in {name}", hint=SIZES_HINT)


@check(points=1)
def test_illegal_image_sizes(probe: Probe) -> None:
    """A patch size that does not divide the image raises ValueError with the sizes."""
    layer = probe.module("ShiftedPatchTokenization", in_channels=3, patch_size=4, embed_dim=8)
    layer(probe.inputs.normal(2, 3, 8, 12))
    for height, width in ((10, 12), (12, 10)):
        where = f"ShiftedPatchTokenization with patch size 4, images {height} x {width}"
        error = layer.raised(probe.inputs.normal(2, 3, height, width))
        require(
            error is not None and "ValueError" in error.bases,
            f"{where}\n  expected: a ValueError\n"
            f"  got:      {error.words if error else 'a value'}\n"
            "Try: find out what your images_to_patches does with such images.",
        )
        assert error is not None
        require(
            "10" in re.findall(r"\d+", error.message),
            f"{where}: the ValueError's message does not have the sizes\n"
            f"  got:      {error.message!r}",
        )


@check(points=1, rests_on=("test_directions", "test_shifted_tokens"))
def test_gradients(probe: Probe) -> None:
    """Gradients flow through the shifts to the images, and to every parameter."""
    hint = "look for .detach(), .data, .numpy() or a new torch.tensor(...) on the way."
    probe.function("shift_images").require_reference_gradients(
        probe.inputs.normal(2, 2, 4, 5), 1, hint=hint, _cotangent=probe.inputs.normal(2, 10, 4, 5)
    )
    layer = probe.module("ShiftedPatchTokenization", in_channels=2, patch_size=2, embed_dim=6)
    layer.require_reference_gradients(
        probe.inputs.normal(2, 2, 4, 6), hint=hint, _cotangent=probe.inputs.normal(2, 6, 6)
    )


@check(points=1, rests_on=("test_directions", "test_shifted_tokens"))
def test_calls_stand_alone(probe: Probe) -> None:
    """Calls do not remember each other, and images stay as they were."""
    shift = probe.function("shift_images")
    layer = probe.module("ShiftedPatchTokenization", in_channels=2, patch_size=2, embed_dim=4)
    for target, more in ((shift, (1,)), (layer, ())):
        name = target.program.target
        first, second = (probe.inputs.normal(2, 2, 4, 6) for _ in range(2))
        results = target.results(call(first, *more), call(second, *more), call(first, *more))
        for result, given in zip(results, (first, second, first), strict=True):
            require_unchanged(result.after, [given], name)
            require_same(
                result.value,
                target.expected(given, *more),
                f"{name}, called three times with different images: the output",
                "compute from the arguments and parameters alone; keep nothing.",
            )
