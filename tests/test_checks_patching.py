"""The checks of the stage `patching`: what they accept, what they catch, what cannot break them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import banktools
import pytest
import torch

from autograder import bank
from autograder.bank import judging
from autograder.places import HIDDEN

WRONG = bank.load("patching")
RIGHT = [(name, files) for name, files in bank.right_versions() if "ViT" in files]
NAMES = ["images_to_patches", "patches_to_images"]


def test_the_solutions_earn_all_the_stubs_nothing_and_every_check_can_fail() -> None:
    banktools.assert_stage_is_sound("patching")


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.name for wrong in WRONG])
def test_wrong_version(wrong: bank.WrongVersion) -> None:
    banktools.assert_wrong_version_is_caught(wrong)


@pytest.mark.parametrize(("name", "files"), RIGHT, ids=[name for name, _ in RIGHT])
def test_right_version(name: str, files: dict[str, str]) -> None:
    sources = bank.overlaid(judging.SOLUTIONS, files)
    assert judging.failed(judging.judge("patching", sources)) == {}


@pytest.mark.parametrize("value", banktools.ODD_VALUES)
def test_odd_values_earn_nothing_and_break_nothing(value: str) -> None:
    report = judging.judge("patching", banktools.returning(value, "ViT", NAMES))
    assert len(judging.failed(report)) == len(judging.checks("patching"))


def test_always_refusing_earns_nothing() -> None:
    sources = judging.SOLUTIONS | {"ViT": judging.STUBS["ViT"]}
    sources["ViT"] = sources["ViT"].replace("raise NotImplementedError(", "raise ValueError(")
    assert judging.judge("patching", sources).earned == 0


def test_the_standin_does_what_the_solution_does() -> None:
    standin = imported(HIDDEN / "standins" / "patching.py")
    images = torch.arange(2 * 3 * 6 * 9.0).view(2, 3, 6, 9)
    kernel = torch.eye(27).view(27, 3, 3, 3)
    patches = torch.nn.functional.conv2d(images, kernel, stride=3).flatten(2).transpose(1, 2)
    assert torch.equal(standin.images_to_patches(images, 3), patches)
    assert torch.equal(standin.patches_to_images(patches, 3, 6, 9), images)
    with pytest.raises(ValueError, match="4 does not divide 6 x 9"):
        standin.images_to_patches(images, 4)
    with pytest.raises(ValueError, match="6 patches do not fill 9 x 9"):
        standin.patches_to_images(patches, 3, 9, 9)


def imported(path: Path) -> ModuleType:
    """A file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
