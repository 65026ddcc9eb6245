"""Public checks of the stage `data`."""

import math

import torch
from torch import Tensor

from ..api.answers import Result
from ..api.chance import bounds, look_twice, require_own_draws
from ..api.check import check
from ..api.compare import kind_of, require, require_same
from ..api.pictures import Pictures
from ..api.probe import Probe, Target

IMAGES = 1500


@check(points=1)
def test_split(probe: Probe) -> None:
    """The split shares every example out once, at random, and both parts are shuffled."""
    split = probe.function("split_indices")
    for count, fraction in ((10, 0.25), (40, 0.5), (1000, 0.1)):
        require_split(split(count, fraction, probe.inputs.seed()), count, fraction)
    train, validation = require_split(split(1000, 0.25, probe.inputs.seed()), 1000, 0.25)
    for name, part in (("train", train), ("validation", validation)):
        ranks = torch.stack([torch.arange(len(part)), part.argsort().argsort()]).double()
        likeness = float(torch.corrcoef(ranks)[0, 1])
        require(
            abs(likeness) <= 6 / math.sqrt(len(part) - 1),
            f"split_indices: {name} is not shuffled: its indices run up or down\n"
            f"  got: {part[:6].tolist()} ...\nTry: shuffle all examples before you divide them.",
        )
    share, low, high = bounds(validation < 500, 0.5)
    require(
        low <= share <= high,
        "split_indices: the validation part is not drawn from all examples\n"
        f"  expected: about half of it from the first 500 of 1000\n  got:      {share:.0%}\n"
        "Try: shuffle all examples before you divide them.",
    )


@check(points=1)
def test_scale(probe: Probe) -> None:
    """Pixels from 0 to 255 become float32 numbers from 0 to 1, whatever the shape."""
    scale = probe.function("scale_to_unit")
    hint = "which number should the brightest pixel, 255, become?"
    scale.require_reference(torch.arange(256, dtype=torch.uint8), hint=hint)
    for shape in ((2, 3, 4, 5), (3, 4, 6), ()):
        scale.require_reference(probe.inputs.pixels(*shape), hint=hint)
    scale.require_reference(probe.inputs.pixels(2, 3, 4, 5), _layout="transposed", hint=hint)


@check(points=1)
def test_normalize(probe: Probe) -> None:
    """Each channel is normalised by its own mean and standard deviation."""
    normalize = probe.function("normalize")
    mean, std = [0.5, 0.25, 0.375], [0.25, 0.5, 0.125]
    hint = "which axis of the images holds the channels, and does the mean lie along it?"
    for shape in ((2, 3, 4, 5), (1, 3, 2, 3), (4, 3, 1, 1)):
        images = probe.inputs.uniform(*shape)
        result = normalize.result(images, tuple(mean), tuple(std))
        require_same(
            result.value,
            normalize.expected(images, tuple(mean), tuple(std)),
            f"normalize: the output for images {shape}",
            hint,
        )
        require_unchanged(result, images, "normalize")
    images = probe.inputs.uniform(2, 3, 4, 5)
    normalize.require_reference(images, mean, std, what="the output for lists", hint=hint)
    statistics = torch.tensor(mean), torch.tensor(std)
    normalize.require_reference(images, *statistics, what="the output for tensors", hint=hint)
    normalize.require_reference(images, tuple(mean), tuple(std), _layout="transposed", hint=hint)
    normalize.require_reference(
        probe.inputs.uniform(2, 1, 4, 5), (0.3,), (0.7,), what="the output for one channel"
    )
    hint = "the images decide the dtype; bring the mean and std to it."
    for dtype in (torch.float32, torch.float64):
        wide = tuple(each.double() for each in statistics)
        what = f"the output for {dtype} images and torch.float64 statistics"
        normalize.require_reference(images.to(dtype), *wide, what=what, hint=hint)
    what = "the output for torch.float64 images and torch.float32 statistics"
    normalize.require_reference(images.double(), *statistics, what=what, hint=hint)


@check(points=1)
def test_flip(probe: Probe) -> None:
    """Each image is mirrored left to right with the probability asked for, by its own draw."""
    flip = probe.function("random_horizontal_flip")
    for dtype in (torch.uint8, torch.float32):
        pictures = Pictures.draw(probe.inputs, 20, 3, 4, 5, dtype=dtype)
        require_nothing_at_zero(probe, flip, pictures)
        where = "random_horizontal_flip with probability 1"
        result = flip.result(pictures.images, 1.0, _generator=probe.inputs.seed())
        flipped = pictures.flips(result.value, where)
        require(
            bool(flipped.all()),
            f"{where}: only {int(flipped.sum())} of {len(flipped)} images were mirrored\n"
            "  expected: all of them",
        )
        require_unchanged(result, pictures.images, where)
    where = "random_horizontal_flip with probability 0.3"

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 2, 3, 4)
        flipped = pictures.flips(flip(pictures.images, 0.3, _generator=probe.inputs.seed()), where)
        require_own_draws(flipped, 0.3, where, "mirrored", part)

    look_twice(look, IMAGES)


@check(points=1)
def test_crop(probe: Probe) -> None:
    """Each image is padded and cut back with the probability asked for, by its own draws."""
    crop = probe.function("random_crop")
    where = "random_crop with padding 2 and probability 1"
    for dtype in (torch.uint8, torch.float32):
        pictures = Pictures.draw(probe.inputs, 100, 3, 4, 5, dtype=dtype)
        require_nothing_at_zero(probe, crop, pictures, 2)
        result = crop.result(pictures.images, 2, 1.0, _generator=probe.inputs.seed())
        corners = pictures.crops(result.value, 2, where)
        require_unchanged(result, pictures.images, where)
        require(
            len(corners.unique(dim=0)) > 1,
            f"{where}: all {len(corners)} images were cut at the same corner\n"
            "Try: let each image have draws of its own.",
        )
        moved = (corners != 2).any(dim=1)
        require(
            int(moved.sum()) > 70,
            f"{where}: only {int(moved.sum())} of {len(moved)} images were moved\n"
            "  expected: nearly all of them (a crop from the middle moves nothing)",
        )
    here = "random_crop with padding 2 and probability 0.3"

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 3, 5)
        output = crop(pictures.images, 2, 0.3, _generator=probe.inputs.seed())
        moved = (pictures.crops(output, 2, here) != 2).any(dim=1)
        require_own_draws(moved, 0.3 * 24 / 25, here, "moved", part)

    look_twice(look, IMAGES)


@check(points=1)
def test_erase(probe: Probe) -> None:
    """Each image loses one square with the probability asked for, by its own draws."""
    erase = probe.function("random_erase")
    where = "random_erase with size 2 and probability 1"
    for dtype in (torch.uint8, torch.float32):
        pictures = Pictures.draw(probe.inputs, 100, 3, 4, 5, dtype=dtype)
        require_nothing_at_zero(probe, erase, pictures, 2)
        result = erase.result(pictures.images, 2, 1.0, _generator=probe.inputs.seed())
        corners = pictures.erasures(result.value, 2, where)
        require(
            bool((corners >= 0).all()),
            f"{where}: only {int((corners >= 0).all(dim=1).sum())} of {len(corners)} images "
            "have a blank square\n  expected: all of them",
        )
        require_unchanged(result, pictures.images, where)
        require(
            len(corners.unique(dim=0)) > 1,
            f"{where}: all {len(corners)} images lost the same square\n"
            "Try: let each image have draws of its own.",
        )
    here = "random_erase with size 2 and probability 0.3"

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 4, 5)
        output = erase(pictures.images, 2, 0.3, _generator=probe.inputs.seed())
        erased = (pictures.erasures(output, 2, here) >= 0).all(dim=1)
        require_own_draws(erased, 0.3, here, "erased", part)

    look_twice(look, IMAGES)


def require_split(value: object, count: int, fraction: float) -> tuple[Tensor, Tensor]:
    """The two parts of a split, once they share the examples out as they must."""
    where = f"split_indices({count}, {fraction}, seed)"
    require(
        isinstance(value, tuple) and len(value) == 2,
        f"{where}: expected two tensors (train, validation), got "
        f"{'one tensor' if isinstance(value, Tensor) else kind_of(value)}",
    )
    assert isinstance(value, tuple)
    for name, part in zip(("train", "validation"), value, strict=True):
        require(
            isinstance(part, Tensor) and part.ndim == 1,
            f"{where}: {name} should be a tensor with one axis, but is "
            f"{f'of shape {tuple(part.shape)}' if isinstance(part, Tensor) else kind_of(part)}",
        )
        require(
            part.dtype == torch.int64 or len(part) == 0,
            f"{where}: {name} has the wrong dtype\n"
            f"  expected: torch.int64 (it will be used as an index)\n  got:      {part.dtype}",
        )
    train, validation = (part.long() for part in value)
    sizes = sorted({math.floor(count * fraction), math.ceil(count * fraction)})
    require(
        len(validation) in sizes,
        f"{where}: the validation part has the wrong size\n"
        f"  expected: {' or '.join(map(str, sizes))}\n"
        f"  got:      {len(validation)} (and {len(train)} for training)",
    )
    everything = torch.cat([train, validation])
    distinct = everything.unique()
    require(
        torch.equal(everything.sort().values, torch.arange(count)),
        f"{where}: the two parts together do not hold each index from 0 to {count - 1} once\n"
        f"  got: {len(train)} for training and {len(validation)} for validation, "
        f"{len(distinct)} different ones in all, {distinct[:3].tolist()} ... "
        f"{distinct[-3:].tolist()}\n"
        "Try: divide one and the same order of the examples.",
    )
    return train, validation


def require_nothing_at_zero(probe: Probe, augment: Target, pictures: Pictures, *size: int) -> None:
    """Fail unless the augmentation changes nothing at probability 0."""
    output = augment(pictures.images, *size, 0.0, _generator=probe.inputs.seed())
    what = f"{augment.program.target} with probability 0: the output"
    require_same(output, pictures.images, what, "with probability 0, no image should change.")


def require_unchanged(result: Result, images: Tensor, where: str) -> None:
    """Fail unless the images passed in are still what they were."""
    require(
        len(result.after) > 0 and torch.equal(result.after[0], images),
        f"{where}: the images passed in were themselves changed\n"
        "  expected: a new tensor, the images as they were\n"
        "Try: look for assignments into the images and for methods that end in an underscore.",
    )
