"""What is said of images, patches and positions that differ, and of tensors that are hostile."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
from test_describe import STAFF, assert_says, called, drawn
from torch import Tensor

from autograder.checking.feedback.describe import Scene, describe
from autograder.checking.feedback.describe.case import meanings

Change = Callable[[Tensor], Tensor]
IMAGES = drawn(2, 3, 8, 12)
GRID = IMAGES.unflatten(3, (3, 4)).unflatten(2, (2, 4))

CUTS: list[tuple[list[str], Tensor]] = [
    (["row in the patch, column in the patch, channel)"],
     GRID.permute(0, 2, 4, 3, 5, 1).reshape(2, 6, 48)),
    (["(column of patches, row of patches"], GRID.permute(0, 4, 2, 1, 3, 5).reshape(2, 6, 48)),
    (["channel, column in the patch, row in the patch"],
     GRID.permute(0, 2, 4, 1, 5, 3).reshape(2, 6, 48)),
    (["upside down"], GRID.flip(2, 3).permute(0, 2, 4, 1, 3, 5).reshape(2, 6, 48)),
    (["channel", "backwards"], GRID.flip(1).permute(0, 2, 4, 1, 3, 5).reshape(2, 6, 48)),
    (["takes rows and columns that lie far apart"],
     IMAGES.reshape(2, 3, 4, 2, 4, 3).permute(0, 3, 5, 1, 2, 4).reshape(2, 6, 48)),
    (["not a square"], IMAGES.reshape(2, 3, 6, 16).transpose(1, 2).reshape(2, 6, 48)),
    (["move by one pixel"], torch.nn.functional.unfold(IMAGES, 4).mT),
    (['"patches" and "numbers"', "changed places"],
     GRID.permute(0, 2, 4, 1, 3, 5).reshape(2, 6, 48).mT),
    (['"patches" is 3 times too long'], GRID.permute(0, 1, 2, 4, 3, 5).reshape(2, 18, 16)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "got"), CUTS, ids=[words[0] for words, _ in CUTS])
def test_patches(words: list[str], got: Tensor) -> None:
    expected, scene, _ = called("images_to_patches", IMAGES, 4)
    assert_says(words, got, expected, scene)


def test_where_numbers_repeat_the_simplest_order_is_named() -> None:
    grid = torch.arange(6.0).view(2, 3).kron(torch.ones(4, 4)).expand(2, 3, -1, -1).contiguous()
    expected, scene, _ = called("images_to_patches", grid, 4)
    by_columns = expected[:, [0, 3, 1, 4, 2, 5]]
    assert_says(["(column of patches, row of patches, channel"], by_columns, expected, scene)


PATCHES = drawn(2, 6, 48)
JOINS: list[tuple[list[str], Tensor]] = [
    (["are read as if", "column in the patch, channel)"],
     PATCHES.reshape(2, 2, 3, 4, 4, 3).permute(0, 5, 1, 3, 2, 4).reshape(2, 3, 8, 12)),
    (["read as if", "(column of patches, row of patches"],
     PATCHES.reshape(2, 3, 2, 3, 4, 4).permute(0, 3, 2, 4, 1, 5).reshape(2, 3, 8, 12)),
    (["run over (row of patches, column of patches, channel"], PATCHES.reshape(2, 3, 8, 12)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "got"), JOINS, ids=[words[-1] for words, _ in JOINS])
def test_images_from_patches(words: list[str], got: Tensor) -> None:
    expected, scene, _ = called("patches_to_images", PATCHES, 4, 8, 12)
    assert_says(words, got, expected, scene)


MEAN, STD = (0.5, 0.25, 0.375), (0.25, 0.5, 0.125)
M, S = (torch.tensor(each).view(3, 1, 1) for each in (MEAN, STD))
UNIT = drawn(2, 3, 4, 5).sigmoid()
NORMALISED: list[tuple[list[str], Tensor]] = [
    (["after the division"], UNIT / S - M),
    (["square of the std"], (UNIT - M) / S**2),
    (["multiplied by the std"], (UNIT - M) * S),
    (["nothing is divided"], UNIT - M),
    (["no mean is subtracted"], UNIT / S),
    (["mean and std have changed places"], (UNIT - S) / M),
    (["reverse order"], (UNIT - M.flip(0)) / S.flip(0)),
    (["of channel 0"], (UNIT - M[0]) / S[0]),
    (["of each channel in this batch"],
     (UNIT - UNIT.mean((0, 2, 3), True)) / UNIT.std((0, 2, 3), keepdim=True)),
    (["dividing by 0.26", "the std 0.25"], (UNIT - M) / (S + 0.01)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "got"), NORMALISED, ids=[words[0] for words, _ in NORMALISED])
def test_normalised_images(words: list[str], got: Tensor) -> None:
    expected, scene, _ = called("normalize", UNIT, MEAN, STD)
    assert_says(words, got, expected, scene)


PIXELS = torch.arange(0, 256, dtype=torch.uint8)[6:].view(2, 5, 25)


@pytest.mark.parametrize(
    ("word", "got"),
    [
        ("divided by 256", PIXELS / 256),
        ("127.5, then 1 is subtracted", PIXELS / 127.5 - 1),
        ("an integer division", (PIXELS // 255).float()),
        ("float64", PIXELS.double() / 255),
        ("float16", (PIXELS.half() / 255).float()),
    ],
)
def test_scaled_pixels(word: str, got: Tensor) -> None:
    expected, scene, _ = called("scale_to_unit", PIXELS)
    assert_says([word], got, expected, scene)


def table(base: float = 10000, start: int = 0, halves: bool = False, double: int = 1) -> Tensor:
    exponent = double * torch.arange(0, 8, 2, dtype=torch.float64) / 8
    angle = (torch.arange(6).unsqueeze(1) + start) / base**exponent
    pair = [angle.sin(), angle.cos()]
    return (torch.cat(pair, -1) if halves else torch.stack(pair, -1).flatten(1)).float()


def test_the_largest_pixel_as_divisor_is_named() -> None:
    dark = PIXELS[:1]
    expected, scene, _ = called("scale_to_unit", dark)
    assert_says(["130 (the largest pixel that is there)"], dark / 130, expected, scene)


@pytest.mark.parametrize(
    ("word", "got"),
    [
        ("base is 1000 ", table(base=1000)),
        ("base is about 777 ", table(base=777)),
        ("count from 1", table(start=1)),
        ("all sines come first", table(halves=True)),
        ("twice as large", table(double=2)),
        ("changed places", table().view(6, 4, 2).flip(2).flatten(1)),
        ("all sines come first, then all cosines, and positions", table(start=1, halves=True)),
    ],
)
def test_positions(word: str, got: Tensor) -> None:
    expected, scene, _ = called("sinusoidal_positions", 6, 8)
    assert_says([word], got, expected, scene)


VIT = {
    "image_size": (8, 12), "patch_size": 4, "in_channels": 3, "num_classes": 5, "embed_dim": 8,
    "hidden_dim": 12, "num_layers": 1, "num_heads": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("last among the tokens", lambda m, t: torch.cat([t[:, 1:], m.class_token.expand(2, 1, 8)],
                                                         1) + m.positions),
        ("No positions", lambda m, t: torch.cat([m.class_token.expand(2, 1, 8), t[:, 1:]], 1)),
        ("position of the token before", lambda m, t: torch.cat(
            [m.class_token.expand(2, 1, 8), t[:, 1:]], 1) + m.positions.roll(1, 1)),
        ("-0.7 times positions", lambda m, t: torch.cat([m.class_token.expand(2, 1, 8), t[:, 1:]],
                                                        1) + 0.3 * m.positions),
    ],
)  # fmt: skip
def test_embedding(word: str, wrong: Callable[[torch.nn.Module, Tensor], Tensor]) -> None:
    expected, scene, model = called("ViT", IMAGES, init=VIT, method="embed")
    bare = expected - model.positions.detach()
    assert_says([word], wrong(model, bare).detach(), expected, scene)


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("mean over all tokens", lambda m, t: m.head(t.mean(1))),
        ("last token", lambda m, t: m.head(t[:, -1])),
        ("bias of `head` is left out", lambda m, t: m.head(t[:, 0]) - m.head.bias),
        ("softmax", lambda m, t: m.head(t[:, 0]).softmax(-1)),
    ],
)
def test_logits(word: str, wrong: Callable[[torch.nn.Module, Tensor], Tensor]) -> None:
    expected, scene, model = called("ViT", IMAGES, init=VIT)
    with torch.no_grad():
        got = wrong(model, model.encoder(model.embed(IMAGES)))
    assert_says([word], got, expected, scene)


PLAIN = Scene("unknown", "the output", ("batch", "tokens", "columns"), {"tokens": 4.0, "n": 3.0})
EXPECTED = drawn(3, 4, 5)
SIMPLE: list[tuple[list[str], Tensor]] = [
    (["divided by 2 (perhaps √tokens)"], EXPECTED / 2),
    (["sign turned round"], -EXPECTED),
    (["Each token", "factor of its own"], EXPECTED * torch.tensor([1.5, 2, 3, 4]).view(4, 1)),
    (["Token 2 is times 3"], EXPECTED * torch.tensor([1.0, 1, 3, 1]).view(4, 1)),
    (["0.5 less"], EXPECTED - 0.5),
    (["column", "axis 2"], EXPECTED + drawn(5, seed=3)),
    (["tokens come in reverse order"], EXPECTED.flip(1)),
    (["Images 0 and 1 have changed places"], EXPECTED[[1, 0, 2]]),
    (["tokens are rolled by 1"], EXPECTED.roll(1, 1)),
    (["token 0", "more than once", "token 3", "never"], EXPECTED[:, [0, 0, 1, 2]]),
    (["lie in the order", "reshape moves no axis"], EXPECTED.transpose(1, 2).reshape(3, 4, 5)),
    (["ReLU"], EXPECTED.relu()),
    (["softmax over the axis 2 (columns)"], EXPECTED.softmax(-1)),
    (["Only token 3 (the last one) is wrong"], torch.cat([EXPECTED[:, :3], drawn(3, 1, 5, seed=4)],
                                                         dim=1)),
    (["Only from column 3 on"], torch.cat([EXPECTED[..., :3], drawn(3, 4, 2, seed=4)], dim=2)),
    (["Only the odd columns"], EXPECTED * torch.tensor([1, 0, 1, 0, 1])
     + drawn(3, 4, 5, seed=4) * torch.tensor([0, 1, 0, 1, 0])),
    (["dropout with probability 0.5"], EXPECTED * 2 * (drawn(3, 4, 5, seed=5) > 0)),
    (["NaN", "all of token 1", "all others are right"],
     EXPECTED / torch.tensor([1, 0, 1, 1]).view(4, 1) * torch.tensor([1, 0, 1, 1]).view(4, 1)),
    (["bfloat16"], EXPECTED.bfloat16().float()),
    (["near", "digits agree"], EXPECTED + 1e-3 * drawn(3, 4, 5, seed=6).sign()),
    (["0."], EXPECTED * 0),
    (['"tokens"', "5 instead of 4", "at the start"], torch.cat([EXPECTED[:, :1], EXPECTED], 1)),
    (['"tokens"', "3 instead of 4", "missing at the end"], EXPECTED[:, :3]),
    (['"batch" and "tokens" are joined', "right"], EXPECTED.flatten(0, 1)),
    (["axis of length 1 too many"], EXPECTED.unsqueeze(1)),
    (["mean over the axis", "tokens"], EXPECTED.mean(1)),
    (["only their dtype"], EXPECTED.double()),
    (["no numbers at all"], EXPECTED[:0]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "got"), SIMPLE, ids=[words[0] for words, _ in SIMPLE])
def test_simple_differences(words: list[str], got: Tensor) -> None:
    assert_says(words, got, EXPECTED, PLAIN)


def test_a_factor_is_named_by_every_size_it_may_be() -> None:
    sizes = {"d": 6.0, "keys": 36.0}
    assert meanings(6.0, sizes) == ["d", "√keys"]
    assert meanings(1.2, sizes) == ["d/(d − 1)"]
    assert meanings(255 / 256, {}) == ["255/256"]
    assert meanings(0.77, sizes) == []


HOSTILE = [
    torch.tensor(float("nan")),
    torch.empty(0),
    torch.empty(2, 0, 3),
    torch.ones(()),
    torch.ones(2, 6, 48, dtype=torch.complex64),
    torch.ones(2, 6, 48, dtype=torch.bool),
    torch.full((2, 6, 48), float("inf")),
    torch.full((2, 6, 48), 1e38),
    torch.ones(1).expand(2, 6, 48),
    torch.ones(1).expand(2**40),
    torch.ones(2, 3, 4, 5, 6, 7, 1, 1, 1),
    torch.ones(2, 5, 8).to_sparse(),
    torch.ones(2, 5, 8, device="meta"),
    torch.zeros(2, 3, dtype=torch.float16),
    torch.ones(2, 6, 48, requires_grad=True),
    torch.randint(-5, 5, (2, 5, 8)),
    drawn(2, 5, 8) * 1e-40,
    torch.quantize_per_tensor(drawn(2, 5, 8), 0.1, 0, torch.qint8),
    torch.zeros(4096, 4096).bfloat16(),
]


def test_no_tensor_breaks_it() -> None:
    scenes = [
        called("images_to_patches", IMAGES, 4),
        called("patches_to_images", PATCHES, 4, 8, 12),
        called("normalize", UNIT, MEAN, STD),
        called("scale_to_unit", PIXELS),
        called("sinusoidal_positions", 6, 8),
        called("MLP", drawn(2, 5, 8), init={"embed_dim": 8, "hidden_dim": 3}),
        called("ViT", IMAGES, init=VIT),
        (drawn(2, 5, 8), Scene("x", "y", ("a", "b", "c")), None),
        (torch.tensor(1.0), Scene("x", "y", ()), None),
        (torch.empty(0, 3), Scene("x", "y", ("a", "b")), None),
    ]
    for got, (expected, scene, _) in itertools.product(HOSTILE, scenes):
        for tensor in (got, expected.new_empty(0), torch.zeros_like(expected) / 0):
            said = describe(tensor, expected, scene, STAFF)
            assert all(isinstance(sentence, str) for sentence in said)


def test_a_scene_with_sizes_and_weights_that_do_not_fit_breaks_nothing() -> None:
    expected, scene, _ = called("MLP", drawn(2, 5, 8), init={"embed_dim": 8, "hidden_dim": 3})
    for inputs, weights in (({}, {}), ({"tokens": torch.ones(3)}, {"fc1.weight": torch.ones(1)})):
        odd = Scene(scene.target, scene.part, scene.axes, {"patch_size": 0.0}, inputs, weights)
        for target in ("MLP", "ViT", "Encoder", "images_to_patches", "normalize"):
            other = Scene(target, odd.part, odd.axes, odd.sizes, inputs, weights)
            assert isinstance(describe(expected + drawn(2, 5, 8), expected, other, STAFF), list)
