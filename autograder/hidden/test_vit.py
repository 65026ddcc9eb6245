"""Stage `vit`, hidden: options, sizes, permuted patches, dropout, gradients, no memory."""

from __future__ import annotations

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import require, require_same, require_tensor, require_unchanged
from autograder.checking.api.probe import Probe, call
from autograder.checking.checks.test_vit import POSITIONS_TOLERANCE, SHALLOW, SIZES


@check(points=1)
def test_many_positions(probe: Probe) -> None:
    """Sinusoidal positions stay right up to a thousand."""
    positions = probe.function("sinusoidal_positions")
    require_same(
        positions(1000, 16),
        positions.expected(1000, 16),
        "sinusoidal_positions(1000, 16)",
        "small errors in an angle grow with the position; compute the wave lengths exactly and "
        "in floating point.",
        POSITIONS_TOLERANCE,
    )


@check(points=1, rests_on=("test_embed",))
def test_convolution(probe: Probe) -> None:
    """With patch_embedding="convolution", the tokens come out the same."""
    for channels in (3, 1):
        sizes = SHALLOW | {"in_channels": channels}
        model = probe.module("ViT", **sizes, patch_embedding="convolution")
        images = probe.inputs.normal(2, channels, 8, 12)
        hint = (
            "the convolution gives a grid of tokens; see which axis of it has to go where, and "
            "that the rows of the grid stay in order."
        )
        model.require_reference(images, case="embed with a convolution", hint=hint, _method="embed")
        model.require_reference(images, what="the logits with a convolution", hint=hint)


@check(points=1, rests_on=("test_embed", "test_sinusoidal_positions"))
def test_positions_options(probe: Probe) -> None:
    """The embedding is right for every kind of positions, with class token and without."""
    for positions in ("learned", "sinusoidal", "sinusoidal-2d", "none"):
        for pool in ("class", "mean"):
            model = probe.module("ViT", **SHALLOW, positions=positions, pool=pool)
            images = probe.inputs.normal(2, 3, 8, 12)
            require_same(
                model(images, _method="embed"),
                model.expected(images, _method="embed"),
                f'ViT(positions="{positions}", pool="{pool}").embed: the output',
                "the positions and the class token may each be None.",
                POSITIONS_TOLERANCE,
            )


@check(points=1, rests_on=("test_logits", "test_mean_pool"))
def test_sizes(probe: Probe) -> None:
    """Logits are right for other images, patches, channels, classes, layouts and dtypes."""
    for size, patch, channels, batch, pool, dtype, layout in (
        ((4, 12), 4, 1, 1, "class", "float32", "transposed"),
        (6, 6, 3, 2, "class", "float32", "contiguous"),
        (6, 6, 2, 2, "mean", "float32", "strided"),
        ((6, 4), 2, 1, 2, "mean", "float64", "contiguous"),
        ((2, 3), 1, 4, 3, "class", "bfloat16", "strided"),
    ):
        changed = {"image_size": size, "patch_size": patch, "in_channels": channels}
        few = {"num_classes": 1, "num_layers": 1, "num_heads": 1}
        model = probe.module("ViT", dtype=dtype, **SIZES | changed | few, pool=pool)
        height, width = (size, size) if isinstance(size, int) else size
        model.require_reference(
            probe.inputs.normal(batch, channels, height, width).to(getattr(torch, dtype)),
            what="the logits",
            case=f"for {batch} images of {channels} x {height} x {width}, patches of {patch}, "
            f'pool="{pool}", in {dtype} ({layout} in memory)',
            hint="let sizes and dtypes come from the arguments and from what the constructor "
            "kept on self.",
            _layout=layout,
        )


@check(points=1)
def test_permuted_patches(probe: Probe) -> None:
    """Without positions the order of the patches does not matter; with learned ones it does."""
    images = probe.inputs.normal(2, 3, 8, 12)
    grid = images.unflatten(3, (3, 4)).unflatten(2, (2, 4))
    permuted = grid.flip(2).roll(1, 4).flatten(4, 5).flatten(2, 3)
    for pool in ("class", "mean"):
        for positions in ("none", "learned"):
            model = probe.module("ViT", **SHALLOW, positions=positions, pool=pool)
            one, other = (
                require_tensor(each.value, "ViT: the logits", (2, 5), torch.float32)
                for each in model.results(call(images), call(permuted))
            )
            what = f'ViT(positions="{positions}", pool="{pool}")'
            if positions == "none":
                require_same(
                    other,
                    one,
                    f"{what}: the logits of an image with its patches in another order",
                    "expected here are your own logits for the first order; what tells the model "
                    "where a patch was?",
                )
            else:
                require(
                    bool(((one - other).abs().amax(dim=-1) > 1e-3).all()),
                    f"{what}: with learned positions, the logits should change when the patches "
                    "change places, but did not\nTry: look where the positions enter.",
                )


@check(points=1, rests_on=("test_logits",))
def test_dropout(probe: Probe) -> None:
    """Dropout acts on the embedded tokens in training, and rests in evaluation."""
    images = probe.inputs.normal(2, 3, 8, 12)
    # With probability 1 nothing is left to chance: what goes through dropout is zero.
    everything = probe.module("ViT", **SHALLOW, dropout=1.0)
    silent = {
        name: torch.zeros_like(value)
        for name, value in everything.weights.items()
        if name.endswith("attention.out.bias")
    }
    everything.with_weights(silent).require_reference(
        images,
        what="the logits",
        case="in training, dropout 1",
        hint="see at which moment of forward the embedded tokens meet self.dropout, and what "
        "comes before it.",
        _train=True,
    )
    everything.require_reference(
        images,
        case="embed in training, dropout 1",
        hint="embed itself has no dropout.",
        _method="embed",
        _train=True,
    )
    half = probe.module("ViT", **SHALLOW, dropout=0.5)
    seeds = probe.inputs.seed(), probe.inputs.seed()
    one, other = half.results(*(call(images, _seed=seed) for seed in seeds))
    require_same(
        other.value,
        require_tensor(one.value, "ViT: the logits", (2, 5), torch.float32),
        "ViT, called twice in evaluation mode: the logits",
        "nn.Dropout knows whether the module is in training; functions have to be told.",
    )


@check(points=1, rests_on=("test_logits", "test_mean_pool"))
def test_gradients(probe: Probe) -> None:
    """Gradients flow to the images and to every parameter."""
    for options in ({}, {"pool": "mean", "patch_embedding": "convolution"}):
        model = probe.module("ViT", **SHALLOW, **options)
        model.require_reference_gradients(
            probe.inputs.normal(2, 3, 8, 12),
            hint="look for .detach(), .data, torch.no_grad(), or a parameter that is copied or "
            "made anew in forward.",
            _cotangent=probe.inputs.normal(2, 5),
        )


@check(points=1, rests_on=("test_logits",))
def test_images_stand_alone(probe: Probe) -> None:
    """An image's logits depend on no other image and no earlier call, and it stays as it was."""
    for pool in ("class", "mean"):
        model = probe.module("ViT", **SHALLOW, positions="learned", pool=pool)
        images, others = probe.inputs.normal(3, 3, 8, 12), probe.inputs.normal(2, 3, 8, 12)
        given = (images, others, images[1:2], images)
        results = model.results(*(call(each) for each in given))
        for result, each in zip(results, given, strict=True):
            require_unchanged(result.after, [each], "ViT")
        first = require_tensor(results[0].value, "ViT: the logits", (3, 5), torch.float32)
        for result, expected, what in (
            (results[2], first[1:2], "of one image alone, next to those it has among others"),
            (results[3], first, "of the same images in a later call"),
        ):
            require_same(
                result.value,
                expected,
                f'ViT(pool="{pool}"): the logits {what},',
                "compute from the images and parameters alone, and keep the axis of the batch "
                "out of every mean, softmax and normalisation.",
            )


@check(points=0, together=True)
def test_four_files_together(probe: Probe) -> None:
    """Your four files work together, each stage with your own code for the others."""
    probe.module("ViT", **SIZES).require_reference(
        probe.inputs.normal(2, 3, 8, 12),
        what="the logits",
        case="with your four files as they are",
        hint="this check costs no points; where the stages' own checks pass, look at what one "
        "file expects of another.",
    )
