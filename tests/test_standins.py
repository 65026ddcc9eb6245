"""The stand-ins for `attention` and `encoder` do what the solutions do, and say nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import pytest
import torch

from autograder.bank import judging
from autograder.checking.api.probe import Probe
from autograder.checking.assignments import STAGES
from autograder.checking.execution.session import StageSession

ATTENTION_SIZES = [(8, 2, 2, 5), (6, 1, 1, 1), (6, 6, 3, 2), (12, 3, 1, 17)]
ENCODER_SIZES = [(8, 12, 2, 2, 2, 5), (6, 3, 1, 1, 1, 1), (6, 24, 4, 3, 3, 2), (4, 1, 1, 4, 1, 9)]

Ask = Callable[[str], Probe]


@pytest.fixture(scope="module")
def standin() -> Iterator[Ask]:
    """A probe of the stand-in for a stage, in the place of files that hold stubs only."""
    session = StageSession("vit", judging.STUBS, judging.STANDINS, judging.launcher())
    yield lambda name: Probe(name, b"stand-ins", session, judging.reference())
    session.close()


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize(("embed_dim", "num_heads", "batch", "count"), ATTENTION_SIZES)
def test_attention_is_the_solutions(
    standin: Ask, dtype: str, embed_dim: int, num_heads: int, batch: int, count: int
) -> None:
    probe = standin("attention")
    layer = probe.module(
        "MultiHeadSelfAttention", dtype, embed_dim=embed_dim, num_heads=num_heads, dropout=0.3
    )
    tokens = probe.inputs.normal(batch, count, embed_dim).to(getattr(torch, dtype))
    for layout in ("contiguous", "transposed", "strided"):
        layer.require_reference(tokens, _layout=layout)
    layer.require_reference(tokens, return_weights=True, what="the output, the weights")
    if dtype != "bfloat16":
        layer.require_reference_gradients(tokens, _cotangent=torch.ones_like(tokens))


def test_attention_drops_weights_and_returns_those_before(standin: Ask) -> None:
    probe = standin("attention")
    for name in ("test_dropout_on_weights", "test_weights_before_dropout"):
        check = next(each for each in judging.checks("attention") if each.name == name)
        check.function(probe)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize(("embed", "hidden", "layers", "heads", "batch", "count"), ENCODER_SIZES)
def test_encoder_is_the_solutions(
    standin: Ask,
    dtype: str,
    embed: int,
    hidden: int,
    layers: int,
    heads: int,
    batch: int,
    count: int,
) -> None:
    probe = standin("encoder")
    sizes = {"embed_dim": embed, "hidden_dim": hidden, "num_layers": layers, "num_heads": heads}
    layer = probe.module("Encoder", dtype, **sizes, dropout=0.3)
    tokens = probe.inputs.normal(batch, count, embed).to(getattr(torch, dtype))
    for scale in (1.0, 1e-3):
        for layout in ("contiguous", "transposed", "strided"):
            layer.require_reference(scale * tokens, _layout=layout)
    if dtype != "bfloat16":
        layer.require_reference_gradients(tokens, _cotangent=torch.ones_like(tokens))


def test_encoder_drops_where_the_solution_does(standin: Ask) -> None:
    probe = standin("encoder")
    sizes = {"embed_dim": 8, "hidden_dim": 12, "num_layers": 3, "num_heads": 2}
    probe.module("Encoder", **sizes, dropout=1.0).require_reference(
        probe.inputs.normal(2, 4, 8), _train=True
    )


def test_encoder_drops_as_often_as_the_solution(standin: Ask) -> None:
    probe = standin("encoder")
    sizes = {"embed_dim": 8, "hidden_dim": 12, "num_layers": 1, "num_heads": 2}
    layer = probe.module("Encoder", **sizes, dropout=0.3)
    tokens = probe.inputs.normal(1, 4, 8).expand(20000, 4, 8)
    got, expected = layer(tokens, _train=True), layer.expected(tokens, _train=True)
    for one, other in ((got.mean(0), expected.mean(0)), (got.std(0), expected.std(0))):
        assert float((one - other).abs().max()) <= 6 * 2**0.5 * float(expected.std(0).max()) / 140


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("name", ["MLP", "EncoderBlock"])
def test_parts_of_the_encoder_are_the_solutions(standin: Ask, name: str, dtype: str) -> None:
    probe = standin(f"part {name}")
    heads = {} if name == "MLP" else {"num_heads": 2}
    layer = probe.module(name, dtype, embed_dim=6, hidden_dim=9, **heads, dropout=0.3)
    tokens = probe.inputs.normal(3, 5, 6).to(getattr(torch, dtype))
    for layout in ("contiguous", "transposed", "strided"):
        layer.require_reference(tokens, _layout=layout)
    if dtype != "bfloat16":
        layer.require_reference_gradients(tokens, _cotangent=torch.ones_like(tokens))
    dropped = probe.module(name, dtype, embed_dim=6, hidden_dim=9, **heads, dropout=1.0)
    dropped.require_reference(tokens, _train=True)


@pytest.mark.parametrize("stage", ["attention", "encoder"])
def test_standins_import_run_and_train_without_a_warning(stage: str) -> None:
    namespace: dict[str, object] = {"__name__": STAGES[stage].files[0].removesuffix(".py")}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(judging.STANDINS[stage], namespace)
        if stage == "attention":
            layer = namespace["MultiHeadSelfAttention"](8, 2, 0.1)  # type: ignore[operator]
        else:
            layer = namespace["Encoder"](8, 12, 2, 2, 0.1)  # type: ignore[operator]
        for training in (True, False):
            layer.train(training)(torch.ones(2, 3, 8)).sum().backward()
