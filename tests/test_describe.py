"""What is said of a difference: true, in the problem's words, and nothing of right numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import utils
import ViT as vit
from autograder.checking.api.program import Call, Program
from autograder.checking.feedback.describe import Scene, describe, scene_for
from autograder.hidden import recipes

attention = importlib.import_module("transformer-attention")
student = importlib.import_module("transformer-student")

Change = Callable[[Tensor], Tensor]
STAFF = (recipes.one_change,)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def called(
    target: str,
    *args: Any,
    part: str = "the output",
    init: dict[str, Any] | None = None,
    method: str | None = None,
) -> tuple[Tensor, Scene, Any]:
    """What the solution gives for a call, the scene of it, and the module that gave it."""
    module, weights = None, None
    if init is None:
        owner = next(each for each in (attention, utils, vit) if hasattr(each, target))
        value = getattr(owner, target)(*args)
    else:
        owner = next(each for each in (attention, student, vit) if hasattr(each, target))
        module = getattr(owner, target)(**init).eval()
        for number, (name, weight) in enumerate(module.named_parameters()):
            gain = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            size = 0.2 if weight.ndim == 1 else weight.shape[-1] ** -0.5
            weight.data = gain + size * drawn(*weight.shape, seed=number + 1)
        weights = {name: weight.detach() for name, weight in module.named_parameters()}
        with torch.no_grad():
            value = (getattr(module, method) if method else module)(*args)
    if isinstance(value, tuple):
        value = value[int("the weights" in part)]
    program = Program(target, init=init, weights=weights)
    return value, scene_for(program, Call(args, method=method), part, value), module


def assert_says(words: list[str], got: Tensor, expected: Tensor, scene: Scene) -> None:
    sentences = describe(got, expected, scene, STAFF)
    assert sentences, "nothing was seen"
    for word in words:
        assert word in sentences[0]


FORMULA = (drawn(2, 3, 4, 6), drawn(2, 3, 5, 6, seed=1), drawn(2, 3, 5, 7, seed=2))
SCORES = FORMULA[0] @ FORMULA[1].mT
WEIGHTS: list[tuple[list[str], Tensor]] = [
    (["over the queries (axis -2)"], (SCORES / 6**0.5).softmax(-2)),
    (["over the heads (axis -3)"], (SCORES / 6**0.5).softmax(1)),
    (["over the batch (axis 0)"], (SCORES / 6**0.5).softmax(0)),
    (["not divided by anything"], SCORES.softmax(-1)),
    (["divided by d = 6"], (SCORES / 6).softmax(-1)),
    (["multiplied by √d = 2.449"], (SCORES * 6**0.5).softmax(-1)),
    (["divided by √keys = 2.236"], (SCORES / 5**0.5).softmax(-1)),
    (["1.3 times too large"], (SCORES / 6**0.5 * 1.3).softmax(-1)),
    (["No softmax"], SCORES / 6**0.5),
    (['"queries" and "keys"'], (SCORES / 6**0.5).softmax(-1).mT),
    (["mean", '"heads"'], (SCORES / 6**0.5).softmax(-1).mean(1)),
    (["Only head 1 is wrong"], (SCORES * torch.tensor([1, 1.5, 1]).view(3, 1, 1) / 6**0.5)
     .softmax(-1)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "got"), WEIGHTS, ids=[words[0] for words, _ in WEIGHTS])
def test_attention_weights(words: list[str], got: Tensor) -> None:
    expected, scene, _ = called("scaled_dot_product_attention", *FORMULA, part="the weights")
    assert_says(words, got, expected, scene)


@pytest.mark.parametrize(("words", "got"), WEIGHTS[:9], ids=[words[0] for words, _ in WEIGHTS[:9]])
def test_the_output_tells_of_the_weights_that_made_it(words: list[str], got: Tensor) -> None:
    expected, scene, _ = called("scaled_dot_product_attention", *FORMULA)
    assert_says(words, got @ FORMULA[2], expected, scene)


def test_scores_too_large_for_an_exponential_are_named() -> None:
    big = (FORMULA[0] * 40, *FORMULA[1:])
    expected, scene, _ = called("scaled_dot_product_attention", *big, part="the weights")
    exponentials = (big[0] @ big[1].mT / 6**0.5).exp()
    got = exponentials / exponentials.sum(dim=-1, keepdim=True)
    assert got.isnan().any()
    assert_says(["the queries", "exponential"], got, expected, scene)


def heads_dealt(layer: Any, tokens: Tensor, split: Change, join: Change) -> Tensor:
    queries, keys, values = (split(each(tokens)) for each in (layer.query, layer.key, layer.value))
    weights = (queries @ keys.mT / queries.shape[-1] ** 0.5).softmax(-1)
    return layer.out(join(weights @ values)).detach()


def blocks(x: Tensor) -> Tensor:
    return x.unflatten(-1, (3, 4)).transpose(1, 2)


HEADS: list[tuple[list[str], Change, Change]] = [
    (["in turn"], lambda x: x.unflatten(-1, (4, 3)).permute(0, 3, 1, 2),
     lambda y: y.permute(0, 2, 3, 1).flatten(2)),
    (["interleaved"], blocks, lambda y: y.permute(0, 2, 3, 1).flatten(2)),
    (["joined by a reshape"], blocks, lambda y: y.reshape(2, 5, 12)),
    (["cut off and joined by a reshape"], lambda x: x.reshape(2, 3, 5, 4),
     lambda y: y.reshape(2, 5, 12)),
    (["One head does all the work"], lambda x: x.unsqueeze(1), lambda y: y.squeeze(1)),
    (["Only head 0"], blocks, lambda y: y[:, 0].repeat(1, 1, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "split", "join"), HEADS, ids=[each[0][0] for each in HEADS])
def test_heads(words: list[str], split: Change, join: Change) -> None:
    tokens = drawn(2, 5, 12)
    expected, scene, layer = called(
        "MultiHeadSelfAttention", tokens, init={"embed_dim": 12, "num_heads": 3}
    )
    assert_says(words, heads_dealt(layer, tokens, split, join), expected, scene)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        (["`out.bias`", "2 (perhaps √head_dim)"], lambda layer, y: 2 * y - layer.out.bias),
        (["bias of `out` is left out"], lambda layer, y: y - layer.out.bias),
        (["tokens are added"], lambda layer, y: y + drawn(2, 5, 12)),
    ],
)
def test_the_end_of_attention(words: list[str], change: Callable[[Any, Tensor], Tensor]) -> None:
    init = {"embed_dim": 12, "num_heads": 3}
    expected, scene, layer = called("MultiHeadSelfAttention", drawn(2, 5, 12), init=init)
    assert_says(words, change(layer, expected).detach(), expected, scene)


MLPS: list[tuple[str, Callable[[Any, Tensor], Tensor]]] = [
    ("no activation", lambda mlp, x: mlp.fc2(mlp.fc1(x))),
    ("is a ReLU", lambda mlp, x: mlp.fc2(mlp.fc1(x).relu())),
    ("SiLU", lambda mlp, x: mlp.fc2(F.silu(mlp.fc1(x)))),
    ("approximation by tanh", lambda mlp, x: mlp.fc2(F.gelu(mlp.fc1(x), approximate="tanh"))),
    ("after `fc2`", lambda mlp, x: F.gelu(mlp.fc2(mlp.fc1(x)))),
    ("second activation", lambda mlp, x: F.gelu(mlp.fc2(F.gelu(mlp.fc1(x))))),
    ("adds its input", lambda mlp, x: x + mlp(x)),
    ("bias of `fc1`", lambda mlp, x: mlp.fc2(F.gelu(mlp.fc1(x) - mlp.fc1.bias))),
]


@pytest.mark.parametrize(("word", "wrong"), MLPS, ids=[word for word, _ in MLPS])
def test_mlp(word: str, wrong: Callable[[Any, Tensor], Tensor]) -> None:
    tokens = 2 * drawn(2, 5, 6)
    expected, scene, mlp = called("MLP", tokens, init={"embed_dim": 6, "hidden_dim": 10})
    assert_says([word], wrong(mlp, tokens).detach(), expected, scene)


def post_norm(b: Any, x: Tensor) -> Tensor:
    x = b.norm1(x + b.attention(x))
    return b.norm2(x + b.mlp(x))


def parallel(b: Any, x: Tensor) -> Tensor:
    return x + b.attention(b.norm1(x)) + b.mlp(b.norm2(x))


def from_input(b: Any, x: Tensor) -> Tensor:
    return x + b.mlp(b.norm2(x + b.attention(b.norm1(x))))


def no_second(b: Any, x: Tensor) -> Tensor:
    return b.mlp(b.norm2(x + b.attention(b.norm1(x))))


def first_norm_twice(b: Any, x: Tensor) -> Tensor:
    x = x + b.attention(b.norm1(x))
    return x + b.mlp(b.norm1(x))


def over_tokens(b: Any, x: Tensor) -> Tensor:
    centred = x - x.mean(dim=1, keepdim=True)
    normed = centred / (centred.square().mean(dim=1, keepdim=True) + 1e-6).sqrt()
    x = x + b.attention(normed * b.norm1.weight + b.norm1.bias)
    return x + b.mlp(b.norm2(x))


BLOCKS: list[tuple[str, Callable[[Any, Tensor], Tensor]]] = [
    ("post-norm", post_norm),
    ("reads the block's input", parallel),
    ("the block's input is added", from_input),
    ("residual connection around the MLP is missing", no_second),
    ("`norm1` is used where `norm2` belongs", first_norm_twice),
    ("over the tokens (axis 1)", over_tokens),
]


@pytest.mark.parametrize(("word", "wrong"), BLOCKS, ids=[word for word, _ in BLOCKS])
def test_block(word: str, wrong: Callable[[Any, Tensor], Tensor]) -> None:
    tokens = drawn(2, 5, 8)
    init = {"embed_dim": 8, "hidden_dim": 12, "num_heads": 2}
    expected, scene, block = called("EncoderBlock", tokens, init=init)
    assert_says([word], wrong(block, tokens).detach(), expected, scene)


def through(blocks: Any, x: Tensor) -> Tensor:
    for block in blocks:
        x = block(x)
    return x


STACKS: list[tuple[str, Callable[[Any, Tensor], Tensor]]] = [
    ("`norm`, is missing", lambda e, x: through(e.blocks, x)),
    ("from the last to the first", lambda e, x: e.norm(through(list(e.blocks)[::-1], x))),
    ("last block is left out", lambda e, x: e.norm(through(e.blocks[:-1], x))),
    ("comes before the blocks", lambda e, x: through(e.blocks, e.norm(x))),
    ("adds its input to its output", lambda e, x: x + e(x)),
    ("only token 0 is right", lambda e, x: torch.cat([e(x)[:, :1], e(x)[:, 1:] ** 3], 1)),
]


@pytest.mark.parametrize(("word", "wrong"), STACKS, ids=[word for word, _ in STACKS])
def test_encoder(word: str, wrong: Callable[[Any, Tensor], Tensor]) -> None:
    tokens = drawn(2, 5, 8)
    init = {"embed_dim": 8, "hidden_dim": 12, "num_layers": 3, "num_heads": 2}
    expected, scene, encoder = called("Encoder", tokens, init=init)
    sentence = describe(wrong(encoder, tokens).detach(), expected, scene, STAFF)[0]
    assert word in sentence or word.capitalize() in sentence


@pytest.mark.parametrize("target", ["Encoder", "MLP", "scaled_dot_product_attention"])
def test_of_right_numbers_nothing_is_said(target: str) -> None:
    if target == "scaled_dot_product_attention":
        expected, scene, _ = called(target, *FORMULA)
    else:
        init: dict[str, Any] = {"embed_dim": 8, "hidden_dim": 12}
        init |= {"num_layers": 2, "num_heads": 2} if target == "Encoder" else {}
        expected, scene, _ = called(target, drawn(2, 5, 8), init=init)
    noise = 1 + 1e-6 * drawn(*expected.shape, seed=9)
    assert describe(expected.clone(), expected, scene, STAFF) == []
    assert describe(expected * noise, expected, scene, STAFF) == []


def test_of_numbers_that_have_nothing_to_do_with_it_no_formula_is_claimed() -> None:
    for seed in range(20):
        expected, scene, _ = called("scaled_dot_product_attention", *FORMULA)
        assert describe(drawn(*expected.shape, seed=100 + seed), expected, scene, STAFF) == []
