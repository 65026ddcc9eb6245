"""The student's own weights and own resizing in what loads weights."""

import sys
import types

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from others_weights import assert_equal_logits, given, saved, shaken, small

import transfer
import ViT
from course import handin, pretrained, resnet
from course.checkpoints import WeightsError


@pytest.mark.parametrize("missing", ["file", "function"])
def test_where_resizing_is_not_written_that_is_said(monkeypatch, missing):
    given(monkeypatch, small("timm", pixels=64).state_dict())
    stub = types.ModuleType("transfer")

    def resize_positions(*arguments):
        raise NotImplementedError("yours to write")

    stub.resize_positions = resize_positions
    monkeypatch.setitem(sys.modules, "transfer", stub if missing == "function" else None)
    with pytest.raises(
        WeightsError, match=r"4 x 4 patches.*3 x 3.*resize_positions in transfer.py"
    ):
        pretrained.load("weights.pth", image_size=48)
    assert pretrained.load("weights.pth", image_size=64).positions.shape == (1, 17, 192)


def test_resized_positions_of_a_wrong_shape_are_told(monkeypatch):
    given(monkeypatch, small("timm", pixels=64).state_dict())
    monkeypatch.setattr(transfer, "resize_positions", lambda positions, *rest: positions)
    with pytest.raises(WeightsError, match=r"\(1, 17, 192\), but \(1, 10, 192\) are needed"):
        pretrained.load("weights.pth", image_size=48)


SIZES = {
    "image_size": (16, 24),
    "patch_size": 8,
    "in_channels": 3,
    "num_classes": 5,
    "embed_dim": 16,
    "hidden_dim": 8,
    "num_layers": 2,
    "num_heads": 4,
}


def saved_by_course(path, kind="vit", **options):
    config = SIZES | options
    model = shaken(ViT.ViT(**config) if kind == "vit" else resnet.ResNet())
    handin.save_weights(path, model, kind, config, types.SimpleNamespace(name="", mean=0, std=1))
    return model


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pool": "mean", "positions": "sinusoidal-2d"},
        {"positions": "none", "patch_embedding": "convolution"},
    ],
)
def test_your_own_weights_are_taken(tmp_path, options):
    model = saved_by_course(tmp_path / "vit.safetensors", **options)
    images = torch.randn(2, 3, 16, 24)
    ours = pretrained.load(tmp_path / "vit.safetensors")
    assert_equal_logits(ours, model, images)
    again = pretrained.load(tmp_path / "vit.safetensors", patch_embedding="convolution")
    assert_equal_logits(again, model, images)


@pytest.mark.parametrize("positions", ["learned", "sinusoidal-2d", "none"])
@pytest.mark.parametrize("pool", ["class", "mean"])
def test_your_own_weights_get_another_size_and_a_new_head(tmp_path, positions, pool):
    path = tmp_path / "vit.safetensors"
    model = saved_by_course(path, positions=positions, pool=pool)
    ours = pretrained.load(path, image_size=(32, 24), num_classes=2)
    assert ours(torch.randn(2, 3, 32, 24)).tolist() == [[0.0, 0.0]] * 2
    assert torch.equal(ours.encoder.norm.weight, model.encoder.norm.weight)
    if positions == "learned":
        expected = transfer.resize_positions(model.positions, (2, 3), (4, 3), pool == "class")
        assert torch.equal(ours.positions, expected)
    if positions == "sinusoidal-2d":
        kept = SIZES | {"image_size": (32, 24), "positions": positions, "pool": pool}
        assert torch.equal(ours.positions, ViT.ViT(**kept).positions)


def test_what_your_own_weights_lack_is_listed(tmp_path):
    model = saved_by_course(tmp_path / "whole.safetensors")
    state = model.state_dict()
    del state["encoder.norm.bias"]
    state["scale"] = torch.ones(1)
    state["head.bias"] = torch.ones(6)
    other = types.SimpleNamespace(state_dict=lambda: state)
    data = types.SimpleNamespace(name="", mean=0, std=1)
    handin.save_weights(tmp_path / "vit.safetensors", other, "vit", SIZES, data)
    with pytest.raises(WeightsError) as caught:
        pretrained.load(tmp_path / "vit.safetensors")
    assert str(caught.value).splitlines() == [
        "vit.safetensors does not fit your ViT:",
        "  missing: encoder.norm.bias",
        "  unexpected: scale",
        "  of another shape: head.bias is (6) and not (5)",
    ]


def test_files_of_yours_that_hold_no_vit_are_named(tmp_path):
    saved_by_course(tmp_path / "resnet.safetensors", "resnet")
    with pytest.raises(WeightsError, match=r'resnet.safetensors holds a model of kind "resnet"'):
        pretrained.load(tmp_path / "resnet.safetensors")
    data = types.SimpleNamespace(name="", mean=0, std=1)
    strange = SIZES | {"embed_dim": 17}
    handin.save_weights(tmp_path / "odd.safetensors", ViT.ViT(**SIZES), "vit", strange, data)
    with pytest.raises(
        WeightsError, match=r"odd.safetensors does not describe a ViT: embed_dim 17"
    ):
        pretrained.load(tmp_path / "odd.safetensors")
    path = saved(tmp_path / "plain.pth", ViT.ViT(**SIZES).state_dict())
    with pytest.raises(WeightsError, match=r"your ViT's own names.* handin.save_weights"):
        pretrained.load(path)
