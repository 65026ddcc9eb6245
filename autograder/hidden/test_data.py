"""Hidden checks of the stage `data`."""

from collections.abc import Callable
from itertools import product

import torch

from autograder.checking.api.chance import look_twice, require_even, require_independent
from autograder.checking.api.check import check
from autograder.checking.api.compare import require, require_same
from autograder.checking.api.pictures import Pictures
from autograder.checking.api.probe import Probe, Target, call
from autograder.checking.checks.test_data import require_split

IMAGES = 1000
DRAWS = 40  # images at each place: so many that six standard deviations are fewer
SINGLES = 30
COMPARED = 32
OWN_PLACE = "draw the place anew for each image, rows apart from columns, with both ends in reach."


@check(points=1, rests_on=("test_split",))
def test_split_seed(probe: Probe) -> None:
    """The seed alone decides the split, and the global random state is left alone."""
    split = probe.function("split_indices")
    parts = []
    for seed in (0, 2**32 - 1, probe.inputs.seed()):
        here = f"split_indices with seed {seed if seed in (0, 2**32 - 1) else 'S'}"
        one, other = split.results(
            call(400, 0.25, seed, _seed=1), call(400, 0.25, seed, _seed=probe.inputs.seed())
        )
        train, validation = require_split(one.value, 400, 0.25)
        train_again, validation_again = require_split(other.value, 400, 0.25)
        require(
            torch.equal(train, train_again) and torch.equal(validation, validation_again),
            f"{here}: the same seed gave two different splits\n"
            "Try: does every draw come from something that the seed started?",
        )
        require(
            not one.moved and not other.moved,
            f"{here}: PyTorch's global random state was changed\n"
            "Try: keep the randomness in a generator of your own.",
        )
        parts.append(set(validation.tolist()))
    require(
        parts[0] != parts[1] and parts[0] != parts[2],
        "split_indices: different seeds put the same examples into the validation part",
    )
    require_split(split(7, 0.0, 1), 7, 0.0)


@check(points=1, rests_on=("test_flip",))
def test_flip_draws(probe: Probe) -> None:
    """Flips depend on the generator alone, one draw an image, for images of any kind."""
    flip = probe.function("random_horizontal_flip")
    half = "random_horizontal_flip with probability 0.5"
    require_generator_decides(probe, flip)

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 3, 4)
        flipped = pictures.flips(flip(pictures.images, 0.5, _generator=probe.inputs.seed()), half)
        require_independent(flipped, half, "mirrored", part)

    look_twice(look, IMAGES)
    single = Pictures.draw(probe.inputs, 1, 3, 4, 5)
    require_own_draw(
        probe, flip, single, lambda out: bool(single.flips(out, half)), half, "mirrored"
    )
    for pictures, layout in kinds(probe):
        output = flip(pictures.images, 1.0, _generator=1, _layout=layout)
        where = f"random_horizontal_flip of {pictures.dtype} images, {layout} in memory"
        require_same(output, pictures.mirrored(), f"{where}: the output for probability 1")


@check(points=1, rests_on=("test_crop",))
def test_crop_draws(probe: Probe) -> None:
    """Crops reach every corner equally often and depend on the generator alone."""
    crop = probe.function("random_crop")
    half = "random_crop with padding 2 and probability 0.5"
    require_generator_decides(probe, crop, 2)
    elsewhere = torch.tensor([cell for cell in product(range(5), repeat=2) if cell != (2, 2)])

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 3, 5)
        output = crop(pictures.images, 2, 0.5, _generator=probe.inputs.seed())
        corners = pictures.crops(output, 2, half)
        moved = (corners != 2).any(dim=1)
        corner = "corner (of images that moved)"
        require_even(corners[moved], elsewhere, half, corner, OWN_PLACE, part)
        require_independent(moved, half, "moved", part)

    look_twice(look, 25 * DRAWS * 2)
    single = Pictures.draw(probe.inputs, 1, 3, 4, 6)
    require_own_draw(
        probe,
        crop,
        single,
        lambda out: bool((single.crops(out, 2, half) != 2).any()),
        half,
        "moved",
        2,
    )
    for pictures, layout in kinds(probe):
        where = f"random_crop of {pictures.dtype} images, {layout} in memory"
        pictures.crops(crop(pictures.images, 1, 1.0, _generator=1, _layout=layout), 1, where)
    always = "random_crop with padding 1 and probability 1"
    everywhere = torch.tensor(list(product(range(3), repeat=2)))

    def look_everywhere(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 2, 3)
        output = crop(pictures.images, 1, 1.0, _generator=probe.inputs.seed())
        corners = pictures.crops(output, 1, always)
        require_even(corners, everywhere, always, "corner", OWN_PLACE, part)

    look_twice(look_everywhere, IMAGES)
    images = Pictures.draw(probe.inputs, COMPARED, 1, 2, 3).images
    output = crop(images, 0, 0.5, _generator=1)
    require_same(output, images, "random_crop with padding 0: the output")


@check(points=1, rests_on=("test_erase",))
def test_erase_draws(probe: Probe) -> None:
    """Squares lie everywhere equally often and depend on the generator alone."""
    erase = probe.function("random_erase")
    half = "random_erase with size 2 and probability 0.5"
    require_generator_decides(probe, erase, 2)
    places = torch.tensor(list(product(range(3), range(4))))

    def look(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 4, 5)
        output = erase(pictures.images, 2, 0.5, _generator=probe.inputs.seed())
        corners = pictures.erasures(output, 2, half)
        erased = (corners >= 0).all(dim=1)
        place = "place (of images that were erased)"
        require_even(corners[erased], places, half, place, OWN_PLACE, part)
        require_independent(erased, half, "erased", part)

    look_twice(look, 12 * DRAWS * 2)
    single = Pictures.draw(probe.inputs, 1, 3, 4, 5)
    require_own_draw(
        probe,
        erase,
        single,
        lambda out: bool((single.erasures(out, 2, half) >= 0).any()),
        half,
        "erased",
        2,
    )
    always = "random_erase with size 2 and probability 1"
    everywhere = torch.tensor(list(product(range(3), repeat=2)))

    def look_everywhere(images: int, part: float) -> None:
        pictures = Pictures.draw(probe.inputs, images, 1, 4, 4)
        output = erase(pictures.images, 2, 1.0, _generator=probe.inputs.seed())
        corners = pictures.erasures(output, 2, always)
        require_even(corners, everywhere, always, "place", OWN_PLACE, part)

    look_twice(look_everywhere, IMAGES)
    for pictures, layout in kinds(probe):
        for size in (1, 4):
            where = f"random_erase with size {size} of {pictures.dtype} images, {layout} in memory"
            output = erase(pictures.images, size, 1.0, _generator=1, _layout=layout)
            corners = pictures.erasures(output, size, where)
            require(bool((corners >= 0).all()), f"{where}: not every image has a blank square")


def require_generator_decides(probe: Probe, augment: Target, *size: int) -> None:
    """Fail unless the draws come from the generator, or from PyTorch's default one without it."""
    where = augment.program.target
    pictures = Pictures.draw(probe.inputs, COMPARED, 1, 3, 5)
    images, seed, start = pictures.images, probe.inputs.seed(), probe.inputs.seed()
    one, again, other = augment.results(
        call(images, *size, 0.5, _generator=seed, _seed=start),
        call(images, *size, 0.5, _generator=seed, _seed=start + 1),
        call(images, *size, 0.5, _generator=seed + 1, _seed=start),
    )
    values = [pictures.read(result.value, where) for result in (one, again, other)]
    require(
        torch.equal(values[0], values[1]),
        f"{where}: the same images and a generator in the same state gave two different results\n"
        "Try: find every place where you draw. Does each one draw from the generator?",
    )
    require(
        not torch.equal(values[0], values[2]),
        f"{where}: generators with different seeds gave one and the same result\n"
        "Try: find every place where you draw. Does each one draw from the generator?",
    )
    require(
        not any(result.moved for result in (one, again, other)),
        f"{where}: a generator was given, but PyTorch's global random state was changed\n"
        "Try: find every place where you draw. Does each one draw from the generator?",
    )
    default = augment.results(
        call(images, *size, 0.5, _seed=start),
        call(images, *size, 0.5, generator=None, _seed=start),
        call(images, *size, 0.5, _seed=start + 1),
    )
    values = [pictures.read(result.value, where) for result in default]
    require(
        torch.equal(values[0], values[1]) and not torch.equal(values[0], values[2]),
        f"{where} without a generator: the draws do not come from PyTorch's default generator\n"
        "  expected: torch.manual_seed decides them\n"
        "Try: what do PyTorch's own functions do when they are given generator=None?",
    )


def require_own_draw(
    probe: Probe,
    augment: Target,
    pictures: Pictures,
    changed: Callable[[object], bool],
    where: str,
    what: str,
    *size: int,
) -> None:
    """Fail unless a batch of one image is changed at times, and not always, at one half.

    Args:
        probe: draws the seeds.
        augment: what changes images.
        pictures: the batch of one.
        changed: whether an output is a changed image.
        where, what: for the message: what was called, and what happens to an image.
        size: the arguments of `augment` between images and probability.
    """

    def look(batches: int, _: float) -> None:
        start = probe.inputs.seed()
        calls = [call(pictures.images, *size, 0.5, _generator=start + i) for i in range(batches)]
        happened = [changed(result.value) for result in augment.results(*calls)]
        require(
            any(happened) and not all(happened),
            f"{where}: of {batches} batches of one image, "
            f"{'all' if all(happened) else 'none'} were {what}\n  expected: about half of them\n"
            "Try: let each image have a draw of its own, whatever the size of the batch.",
        )

    look_twice(look, SINGLES)


def kinds(probe: Probe) -> list[tuple[Pictures, str]]:
    """Images of several dtypes, sizes and layouts in memory."""
    return [
        (Pictures.draw(probe.inputs, 6, 2, 4, 7, dtype=torch.float64), "contiguous"),
        (Pictures.draw(probe.inputs, 1, 3, 7, 4, dtype=torch.float32), "transposed"),
        (Pictures.draw(probe.inputs, 3, 2, 5, 6, dtype=torch.float32), "reversed"),
        (Pictures.draw(probe.inputs, 5, 1, 4, 4, dtype=torch.uint8), "strided"),
    ]
