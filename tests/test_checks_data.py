"""The checks of the stage `data`: what they accept, what they catch, what cannot break them."""

from __future__ import annotations

import banktools
import pytest
import torch

from autograder import bank
from autograder.bank import judging
from autograder.checking.api.chance import (
    bounds,
    look_twice,
    require_even,
    require_independent,
    require_own_draws,
)
from autograder.checking.api.compare import CheckFailed
from autograder.checking.api.inputs import Inputs
from autograder.checking.api.pictures import Pictures

WRONG = bank.load("data")
RIGHT = [(name, files) for name, files in bank.right_versions() if "utils" in files]
NAMES = [
    "split_indices",
    "scale_to_unit",
    "normalize",
    "random_horizontal_flip",
    "random_crop",
    "random_erase",
]


def test_the_solutions_earn_all_the_stubs_nothing_and_every_check_can_fail() -> None:
    banktools.assert_stage_is_sound("data")


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.name for wrong in WRONG])
def test_wrong_version(wrong: bank.WrongVersion) -> None:
    banktools.assert_wrong_version_is_caught(wrong)


@pytest.mark.parametrize(("name", "files"), RIGHT, ids=[name for name, _ in RIGHT])
def test_right_version(name: str, files: dict[str, str]) -> None:
    assert judging.failed(judging.judge("data", bank.overlaid(judging.SOLUTIONS, files))) == {}


@pytest.mark.parametrize("seed", range(5))
def test_chance_does_not_fail_the_solutions(seed: int) -> None:
    report = judging.judge("data", judging.SOLUTIONS, seed=b"%d" % seed)
    assert judging.failed(report) == {}


@pytest.mark.parametrize("value", banktools.ODD_VALUES)
def test_odd_values_earn_nothing_and_break_nothing(value: str) -> None:
    report = judging.judge("data", banktools.returning(value, "utils", NAMES))
    assert len(judging.failed(report)) == len(judging.checks("data"))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64])
def test_pictures_tell_what_was_done_to_them(dtype: torch.dtype) -> None:
    pictures = Pictures.draw(Inputs(b"seed", "pictures"), 30, 2, 4, 6, dtype=dtype)
    images = pictures.images
    assert images.dtype == dtype
    assert bool((images != 0).all())
    corners = torch.stack([torch.arange(30) % 5, torch.arange(30) // 6], dim=1)
    padded = torch.nn.functional.pad(images, [2, 2, 2, 2])
    cropped = torch.stack(
        [
            image[:, row : row + 4, column : column + 6]
            for image, (row, column) in zip(padded, corners.tolist(), strict=True)
        ]
    )
    assert torch.equal(pictures.crops(cropped, 2, "here"), corners)
    assert pictures.flips(images.flip(-1), "here").all()
    erased = images.clone()
    erased[1:, :, 1:3, 4:6] = 0
    places = pictures.erasures(erased, 2, "here")
    assert places[0].tolist() == [-1, -1]
    assert places[1:].unique(dim=0).tolist() == [[1, 4]]
    with pytest.raises(CheckFailed, match=r"image 3 .* is no crop"):
        pictures.crops(torch.cat([cropped[:3], cropped[3:].flip(-1)]), 2, "here")
    with pytest.raises(CheckFailed, match="neither itself nor its mirror image"):
        pictures.flips(images.flip(-2), "here")
    erased[:, 0] = images[:, 0]
    with pytest.raises(CheckFailed, match="in some channels only"):
        pictures.erasures(erased, 2, "here")


@pytest.mark.parametrize("pixel", [0.0, -0.5, 1e30, float("inf"), float("nan")])
def test_pictures_made_of_odd_numbers_are_no_crops(pixel: float) -> None:
    pictures = Pictures.draw(Inputs(b"seed", "pictures"), 3, 2, 4, 6, dtype=torch.float32)
    odd = torch.full_like(pictures.images, pixel)
    with pytest.raises(CheckFailed, match=r"image 0 .* is no crop"):
        pictures.crops(odd, 2, "here")
    with pytest.raises(CheckFailed, match=r"image 0 .* is not its old self"):
        pictures.erasures(odd, 2, "here")
    with pytest.raises(CheckFailed, match=r"image 0 .* is neither"):
        pictures.flips(odd, "here")


def test_uneven_and_dependent_draws_are_noticed() -> None:
    cells = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    fair = cells.repeat(300, 1)
    require_even(fair, cells, "here", "corner", "hint")
    with pytest.raises(CheckFailed, match=r"row 1, column 1 .*\n.* 0.0%"):
        require_even(fair[(fair.sum(dim=1) < 2)], cells, "here", "corner", "hint")
    with pytest.raises(CheckFailed, match="depends on its neighbour"):
        require_independent(torch.arange(400) % 2 == 0, "here", "moved")


@pytest.mark.parametrize(("share", "looks"), [(0.3, 1), (0.36, 1), (0.38, 2), (0.7, 2)])
def test_a_doubt_after_a_third_of_the_images_asks_for_all(share: float, looks: int) -> None:
    """The first images may be off as far as all may, so that no wrong version gains by it."""
    seen = []

    def look(images: int, part: float) -> None:
        seen.append(images)
        happened = torch.arange(images) < (share if len(seen) == 1 else 0.3) * images
        assert bounds(happened, 0.3, part)[1:] == pytest.approx(bounds(torch.zeros(1500), 0.3)[1:])
        require_own_draws(happened, 0.3, "here", "moved", part)

    look_twice(look, 1500)
    assert seen == [500, 1500][:looks]


def test_a_doubt_that_stays_is_a_failure() -> None:
    def look(images: int, part: float) -> None:
        require_own_draws(torch.arange(images) < 0.4 * images, 0.3, "here", "moved", part)

    with pytest.raises(CheckFailed, match="the wrong share of 1500 images"):
        look_twice(look, 1500)
