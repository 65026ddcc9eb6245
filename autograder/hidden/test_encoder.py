"""Stage `encoder`, hidden: dropout's places, quiet tokens, sizes, gradients, no memory."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import (
    CheckFailed,
    require,
    require_same,
    require_tensor,
    require_unchanged,
)
from autograder.checking.api.probe import Probe, call, steady

MLP: dict[str, Any] = {"embed_dim": 8, "hidden_dim": 12}
BLOCK: dict[str, Any] = MLP | {"num_heads": 2}
ENCODER: dict[str, Any] = BLOCK | {"num_layers": 2}


@check(points=1)
def test_mlp_dropout(probe: Probe) -> None:
    """In training, the MLP drops numbers after the GELU and again after its last layer."""
    weights = {
        "fc1.weight": torch.zeros(1, 8),
        "fc1.bias": torch.full((1,), 0.5),
        "fc2.weight": torch.ones(8, 1),
        "fc2.bias": torch.ones(8),
    }
    tokens = probe.inputs.normal(64, 4, 8)
    kept, trained = (
        require_tensor(
            probe.module("MLP", embed_dim=8, hidden_dim=1, dropout=dropout).with_weights(weights)(
                tokens, _train=True, _seed=probe.inputs.seed()
            ),
            "MLP: the output",
            (64, 4, 8),
            torch.float32,
        ).view(256, 8)
        for dropout in (0.0, 0.5)
    )
    # One hidden number for each token, all ones in fc2: what is left is one of three values.
    without, doubled = torch.tensor(2.0), 2 * (2 * (kept - 1) + 1)
    zero, first, neither = (
        (trained - value).abs() <= 1e-3 for value in (torch.tensor(0.0), without, doubled)
    )
    hint = (
        "\nTry: the docstring gives the order of the five steps; dropout stands in it twice, "
        "and both times nn.Dropout does the scaling."
    )
    whole = (zero | first).all(dim=-1) | (zero | neither).all(dim=-1)
    if not whole.all():
        row = [round(number, 3) for number in trained[~whole][0].tolist()]
        raise CheckFailed(
            "MLP in training, dropout 0.5, one hidden number of 0.5 before the GELU, fc2 all "
            f"ones: a token's numbers are each 0 or {without.item():.3g} where the hidden number "
            f"is dropped, else each 0 or {doubled[0, 0].item():.4g}\n  got: {row}{hint}"
        )
    for mask, low, high, what in (
        (zero, 880, 1168, "of 2048 outputs about 1024 should be dropped"),
        (first.any(dim=-1), 80, 176, "of 256 hidden numbers about 128 should be dropped"),
    ):
        count = int(mask.sum())
        require(low <= count <= high, f"MLP in training: {what}, but {count} were{hint}")


@check(points=1)
def test_dropout_only_in_training(probe: Probe) -> None:
    """Dropout acts in training and rests in evaluation."""
    seeds = probe.inputs.seed(), probe.inputs.seed()
    for name, sizes in (
        ("MLP", MLP),
        ("Encoder", ENCODER | {"num_layers": 1}),
    ):
        layer = probe.module(name, **sizes, dropout=0.5)
        tokens = probe.inputs.normal(2, 4, 8)
        one, other, trained, again = (
            require_tensor(each.value, f"{name}: the output", (2, 4, 8), torch.float32)
            for each in layer.results(
                *(
                    call(tokens, _train=train, _seed=seed)
                    for train in (False, True)
                    for seed in seeds
                )
            )
        )
        require_same(
            other,
            one,
            f"{name}, called twice in evaluation mode: the output",
            "nn.Dropout knows whether the module is in training; functions have to be told.",
        )
        require(
            float((trained - again).abs().max()) > 1e-3,
            f"{name}: in training, two calls with dropout 0.5 should differ, but did not\n"
            "Try: look whether dropout is there at all, and whether its result is used.",
        )


@check(points=1, rests_on=("test_block", "test_encoder"))
def test_dropout_inside_the_parts(probe: Probe) -> None:
    """The block and the encoder add no dropout of their own."""
    # With probability 1 nothing is left to chance: what goes through dropout is zero.
    hint = (
        "the attention and the MLP have their dropout inside; the residual path and the tokens "
        "between the blocks have none."
    )
    for name, sizes in (
        ("EncoderBlock", BLOCK),
        ("Encoder", ENCODER),
    ):
        layer = probe.module(name, **sizes, dropout=1.0)
        silent = {
            key: torch.zeros_like(value) for key, value in layer.weights.items() if "fc2" in key
        }
        layer.with_weights(silent).require_reference(
            probe.inputs.normal(2, 4, 8), case="in training, dropout 1", hint=hint, _train=True
        )


@check(points=1, rests_on=("test_block", "test_encoder"))
def test_quiet_tokens(probe: Probe) -> None:
    """Tokens that hardly vary, or not at all, are normalised as LayerNorm's eps says."""
    layer = steady(probe.module("Encoder", **ENCODER | {"num_layers": 1}))
    weights = {
        key: 1e-4 * value
        for key, value in layer.weights.items()
        if key.endswith(("out.weight", "out.bias", "fc2.weight", "fc2.bias"))
    }
    tokens = 1e-3 * probe.inputs.normal(2, 4, 8)
    tokens[0, 0] = 0.0
    layer.with_weights(weights).require_reference(
        tokens,
        case="on tokens that hardly vary",
        hint="use the LayerNorms that the constructor made, with their eps.",
    )
    block = steady(probe.module("EncoderBlock", **BLOCK))
    block.require_reference(
        tokens,
        case="on tokens that hardly vary",
        hint="use the LayerNorms that the constructor made, with their eps.",
    )


@check(points=1, rests_on=("test_encoder",))
def test_sizes(probe: Probe) -> None:
    """One layer, one head, one token, one image, other dtypes, any memory layout."""
    for layers, heads, hidden, batch, tokens, dtype, layout in (
        (1, 1, 5, 1, 1, "float32", "contiguous"),
        (2, 6, 24, 1, 7, "float32", "transposed"),
        (3, 2, 6, 3, 2, "float64", "strided"),
        (1, 3, 12, 2, 3, "bfloat16", "contiguous"),
    ):
        layer = steady(
            probe.module(
                "Encoder",
                dtype=dtype,
                embed_dim=6,
                hidden_dim=hidden,
                num_layers=layers,
                num_heads=heads,
            )
        )
        layer.require_reference(
            probe.inputs.normal(batch, tokens, 6).to(getattr(torch, dtype)),
            case=f"with {layers} layers, {heads} heads, {batch} x {tokens} tokens in {dtype} "
            f"({layout} in memory)",
            hint="let sizes and dtypes come from the arguments.",
            _layout=layout,
        )


@check(points=1)
def test_tokens_have_no_places(probe: Probe) -> None:
    """Tokens hear each other, images do not, and reordering tokens only reorders the outputs."""
    layer = probe.module("Encoder", **ENCODER)
    tokens = probe.inputs.normal(3, 4, 8)
    order = [2, 0, 3, 1]
    changed = tokens.clone()
    changed[0, 3] = probe.inputs.normal(8)
    value, reordered, other = (
        require_tensor(each.value, "Encoder: the output", (3, 4, 8), torch.float32)
        for each in layer.results(call(tokens), call(tokens[:, order]), call(changed))
    )
    require_same(
        reordered,
        value[:, order],
        "Encoder: the output for reordered tokens",
        "expected here is your own output for the first order, its tokens reordered likewise; "
        "nothing in the encoder may depend on a token's place.",
    )
    moved = (other - value).abs().amax(dim=-1)
    require(
        bool((moved[0] > 1e-4).all()) and bool((moved[1:] <= 1e-4).all()),
        "when one token of the first image changes, all outputs of this image should change and "
        "none of another image\n"
        f"  the first image's tokens that changed:  {changes(moved[0])}\n"
        f"  the second image's tokens that changed: {changes(moved[1])}\n"
        "Try: look along which axis the tokens attend to each other; batch comes first here.",
    )


def changes(moved: torch.Tensor) -> str:
    """Which tokens moved, by number."""
    return (
        ", ".join(str(number) for number in (moved > 1e-4).nonzero().flatten().tolist()) or "none"
    )


@check(points=1, rests_on=("test_encoder",))
def test_gradients(probe: Probe) -> None:
    """Gradients flow to the tokens and to every parameter."""
    layer = steady(probe.module("Encoder", **ENCODER))
    layer.require_reference_gradients(
        probe.inputs.normal(2, 4, 8),
        hint="look for .detach(), .data, torch.no_grad(), or a new torch.tensor(...) between "
        "input and output.",
        # Small, so that what is left where large numbers cancel is well below the tolerance.
        _cotangent=0.1 * probe.inputs.normal(2, 4, 8),
    )


@check(points=1, rests_on=("test_encoder",))
def test_calls_stand_alone(probe: Probe) -> None:
    """Calls do not remember each other, and inputs stay as they were."""
    for name, sizes in (
        ("MLP", MLP),
        ("EncoderBlock", BLOCK),
        ("Encoder", ENCODER),
    ):
        layer = probe.module(name, **sizes)
        first, second = probe.inputs.normal(2, 4, 8), probe.inputs.normal(2, 3, 8)
        given = (first, second, first)
        results = layer.results(*(call(tokens) for tokens in given))
        for result, tokens in zip(results, given, strict=True):
            require_unchanged(result.after, [tokens], name)
        require_same(
            results[2].value,
            require_tensor(results[0].value, f"{name}: the output", (2, 4, 8), torch.float32),
            f"{name}, called again with the first call's tokens: the output",
            "compute from the arguments and parameters alone; keep nothing on self.",
        )
