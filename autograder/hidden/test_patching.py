"""Hidden checks of the stage `patching`."""

import re

import torch

from autograder.checking.api.answers import Raised, Result
from autograder.checking.api.check import check
from autograder.checking.api.compare import require, require_same
from autograder.checking.api.probe import Probe, Target, call


@check(points=1, rests_on=("test_patch_order", "test_patch_inside"))
def test_patches_of_any_images(probe: Probe) -> None:
    """Images of any size, dtype and place in memory are cut alike, whatever came before."""
    cut = probe.function("images_to_patches")
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        images = probe.inputs.normal(3, 4, 6, 10).to(dtype)
        cut.require_reference(images, 2, what=f"the output for {dtype} images")
    for layout in ("transposed", "reversed", "strided"):
        images = probe.inputs.normal(2, 3, 12, 4)
        what = f"the output for images that lie {layout} in memory"
        cut.require_reference(images, 4, _layout=layout, what=what)
    one, other = probe.inputs.normal(2, 3, 6, 9), probe.inputs.normal(4, 1, 8, 4)
    require_stateless(cut, cut.results(call(one, 3), call(other, 4), call(one, 3)), one)


@check(points=1, rests_on=("test_way_back",))
def test_images_of_any_patches(probe: Probe) -> None:
    """Patches of any number, dtype and place in memory are joined alike, whatever came before."""
    join = probe.function("patches_to_images")
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        patches = probe.inputs.normal(3, 15, 16).to(dtype)
        join.require_reference(patches, 2, 6, 10, what=f"the output for {dtype} patches")
    for layout in ("transposed", "reversed", "strided"):
        patches = probe.inputs.normal(2, 3, 48)
        what = f"the output for patches that lie {layout} in memory"
        join.require_reference(patches, 4, 12, 4, _layout=layout, what=what)
    one, other = probe.inputs.normal(2, 6, 27), probe.inputs.normal(4, 2, 16)
    results = join.results(call(one, 3, 6, 9), call(other, 4, 8, 4), call(one, 3, 6, 9))
    require_stateless(join, results, one)


@check(points=1, rests_on=("test_patch_shapes",))
def test_gradients_flow(probe: Probe) -> None:
    """Gradients flow through both directions, to each pixel from the one place it went to."""
    cases = (
        ("images_to_patches", (2, 3, 4, 6), (2,), (2, 6, 12)),
        ("patches_to_images", (2, 6, 12), (2, 4, 6), (2, 3, 4, 6)),
    )
    for name, shape, sizes, shape_after in cases:
        function = probe.function(name)
        cotangent = probe.inputs.normal(*shape_after)
        result = function.result(probe.inputs.normal(*shape), *sizes, _cotangent=cotangent)
        gradient = result.gradients.get("input.0")
        require(
            gradient is not None,
            f"{name}: no gradient reaches the input\n"
            "Try: look for .detach(), .numpy(), .data or a new torch.tensor(...).",
        )
        assert gradient is not None
        require_same(
            gradient.flatten().sort().values,
            cotangent.flatten().sort().values,
            f"{name}: the gradients that arrive, sorted by size,",
            "each number goes to one place; its gradient comes back from there, unchanged.",
        )


@check(points=1)
def test_illegal_image_sizes(probe: Probe) -> None:
    """A patch size that does not divide the image raises ValueError with the sizes."""
    cut = probe.function("images_to_patches")
    cut(probe.inputs.normal(2, 3, 8, 12), 4)
    for height, width, size, wrong in ((10, 12, 4, 10), (12, 10, 4, 10), (15, 21, 6, 15)):
        where = f"images_to_patches of images {height} x {width} with patch size {size}"
        error = cut.raised(probe.inputs.normal(2, 3, height, width), size)
        numbers = require_value_error(error, where)
        require(
            wrong in numbers,
            f"{where}: the ValueError's message does not have the sizes\n"
            f"  expected: the image's height and width and the patch size, {wrong} among them\n"
            f"  got:      {error.message if error else ''!r}",
        )


@check(points=1)
def test_illegal_patch_counts(probe: Probe) -> None:
    """A number of patches that does not fit the image raises ValueError with the sizes."""
    join = probe.function("patches_to_images")
    join(probe.inputs.normal(2, 6, 48), 4, 8, 12)
    for count, height, width in ((5, 8, 12), (7, 8, 12), (6, 8, 16), (6, 12, 12), (1, 4, 8)):
        where = f"patches_to_images of {count} patches of size 4 to images {height} x {width}"
        error = join.raised(probe.inputs.normal(2, count, 48), 4, height, width)
        numbers = require_value_error(error, where)
        require(
            count in numbers or {height, width} <= numbers,
            f"{where}: the ValueError's message does not have the sizes\n"
            f"  expected: the number of patches, and the height and width that were asked for\n"
            f"  got:      {error.message if error else ''!r}",
        )


def require_value_error(error: Raised | None, where: str) -> set[int]:
    """The numbers in the error's message, once it is a ValueError."""
    require(
        error is not None,
        f"{where}: nothing was raised\n  expected: a ValueError\n"
        "Try: before anything else, find out whether the sizes fit.",
    )
    assert error is not None
    require(
        "ValueError" in error.bases,
        f"{where}\n  expected: a ValueError\n  got:      {error.words}\n"
        "Try: before anything else, find out whether the sizes fit.",
    )
    return {int(number) for number in re.findall(r"\d+", error.message)}


def require_stateless(function: Target, results: list[Result], first: torch.Tensor) -> None:
    """Fail unless the third call, made like the first, gave the same, and no input changed."""
    name = function.program.target
    expected = function.expected(*((first, 3) if first.ndim == 4 else (first, 3, 6, 9)))
    require_same(
        results[2].value,
        expected,
        f"{name}: the output of a call, after another one in between,",
        "nothing may be remembered between calls.",
    )
    require(
        torch.equal(results[0].after[0], first),
        f"{name}: the tensor passed in was itself changed\n"
        "Try: look for assignments into it and for methods that end in an underscore.",
    )
