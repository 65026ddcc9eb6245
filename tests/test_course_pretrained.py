"""Weights of timm and torchvision in the student's ViT: equal logits, or a reason why not."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from others_weights import assert_equal_logits, given, saved, shaken, small, theirs
from safetensors.torch import save_file
from timm.layers import resample_abs_pos_embed

import transfer
import ViT
from course import pretrained
from course.checkpoints import WeightsError

CASES = pytest.mark.parametrize(
    ("size", "pixels"),
    [("tiny", 32), ("small", 32), pytest.param("base", 224, marks=pytest.mark.slow)],
)
LAYOUTS = pytest.mark.parametrize("layout", pretrained.LAYOUTS)


@CASES
@LAYOUTS
def test_logits_equal_theirs_in_both_directions(monkeypatch, layout, size, pixels):
    other = theirs(layout, size, pixels)
    given(monkeypatch, other.state_dict())
    ours = pretrained.load("weights.pth")
    images = torch.randn(1 if size == "base" else 2, 3, pixels, pixels)
    assert_equal_logits(ours, other, images)

    returned = pretrained.export(ours, layout)
    assert returned.keys() == other.state_dict().keys()
    for name, value in other.state_dict().items():
        assert torch.equal(returned[name], value)
    shaken(ours)
    other.load_state_dict(pretrained.export(ours, layout))
    assert_equal_logits(ours, other, images)


@LAYOUTS
def test_in_double_precision_nothing_but_rounding_remains(monkeypatch, layout):
    other = small(layout)
    given(monkeypatch, other.state_dict())
    ours = pretrained.load("weights.pth").double()
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), other.double()(images), rtol=0, atol=1e-12)


def test_export_gives_copies_that_a_file_can_hold(tmp_path):
    ours = ViT.ViT(32, 16, 3, 10, 192, 64, 1, 3, patch_embedding="convolution")
    state = pretrained.export(ours, "timm")
    save_file(state, tmp_path / "weights.safetensors")
    state["head.bias"].fill_(7)
    assert ours.head.bias.max() < 7
    again = pretrained.load(tmp_path / "weights.safetensors", patch_embedding="convolution")
    for name, value in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)


@pytest.mark.parametrize(
    ("options", "what"), [({"pool": "mean"}, "class_token"), ({"positions": "none"}, "positions")]
)
def test_what_theirs_cannot_be_is_not_exported(options, what):
    with pytest.raises(ValueError, match=what):
        pretrained.export(ViT.ViT(32, 16, 3, 10, 64, 64, 1, 1, **options), "timm")
    with pytest.raises(ValueError, match="keras"):
        pretrained.export(ViT.ViT(32, 16, 3, 10, 64, 64, 1, 1), "keras")


def test_torchvisions_older_names_are_understood(tmp_path):
    other = small("torchvision")
    state = {
        name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): value
        for name, value in other.state_dict().items()
    }
    ours = pretrained.load(saved(tmp_path / "old.pth", state))
    assert_equal_logits(ours, other, torch.randn(2, 3, 32, 32))


@pytest.mark.parametrize("new", [(3, 5), (2, 2), (7, 4), (1, 6)])
def test_positions_are_resized_as_timm_does(new):
    positions = torch.randn(1, 1 + 4 * 6, 8)
    expected = resample_abs_pos_embed(positions, list(new), [4, 6])
    resized = transfer.resize_positions(positions, (4, 6), new)
    assert torch.equal(resized[:, 0], positions[:, 0])
    torch.testing.assert_close(resized, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("image_size", [48, (32, 80), (16, 64)])
def test_another_resolution_gives_timms_logits(monkeypatch, image_size):
    other = small("timm", pixels=64)
    given(monkeypatch, other.state_dict())
    ours = pretrained.load("weights.pth", image_size=image_size)
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    other.set_input_size((height, width))
    assert_equal_logits(ours, other, torch.randn(2, 3, height, width))


def test_a_grid_that_is_no_square_is_asked_for(monkeypatch):
    other = small("timm", pixels=(32, 128))
    given(monkeypatch, other.state_dict())
    ours = pretrained.load("weights.pth", grid=(2, 8))
    assert_equal_logits(ours, other, torch.randn(2, 3, 32, 128))
    given(monkeypatch, small("timm", pixels=(32, 96)).state_dict())
    with pytest.raises(WeightsError, match=r"12 patches; that is not 3 x 3: .* grid="):
        pretrained.load("weights.pth")


@LAYOUTS
def test_a_new_head_is_zero_and_the_rest_is_kept(monkeypatch, layout):
    other = small(layout)
    state = other.state_dict()
    given(monkeypatch, state)
    ours = pretrained.load("weights.pth", num_classes=2)
    assert ours.head.weight.shape == (2, 192)
    assert not ours.head.weight.any()
    assert not ours.head.bias.any()
    kept = pretrained.load("weights.pth").state_dict() | ours.head.state_dict(prefix="head.")
    for name, value in ours.state_dict().items():
        assert torch.equal(value, kept[name])


def test_a_head_is_replaced_where_the_model_is():
    model = ViT.ViT(32, 16, 3, 10, 64, 64, 1, 1).double()
    pretrained.replace_head(model, 3)
    assert model(torch.randn(2, 3, 32, 32, dtype=torch.float64)).tolist() == [[0.0] * 3] * 2


def test_weights_without_a_head_need_a_new_one(monkeypatch):
    given(monkeypatch, small("timm", num_classes=0).state_dict())
    with pytest.raises(
        WeightsError, match=r"missing: head.weight, head.bias\n.*num_classes=\.\.\."
    ):
        pretrained.load("weights.pth")
    assert pretrained.load("weights.pth", num_classes=4).head.out_features == 4


def test_heads_are_the_usual_ones_or_given(monkeypatch):
    state = pretrained.export(ViT.ViT(32, 16, 3, 10, 128, 64, 1, 4), "timm")
    given(monkeypatch, state)
    assert pretrained.load("weights.pth").encoder.blocks[0].attention.num_heads == 2
    assert pretrained.load("", num_heads=4).encoder.blocks[0].attention.num_heads == 4
    given(monkeypatch, pretrained.export(ViT.ViT(16, 16, 1, 2, 1280, 8, 1, 16), "timm"))
    assert pretrained.load("weights.pth").encoder.blocks[0].attention.num_heads == 16
    given(monkeypatch, pretrained.export(ViT.ViT(32, 16, 3, 10, 48, 64, 1, 4), "timm"))
    with pytest.raises(WeightsError, match=r"embed_dim 48.* give num_heads"):
        pretrained.load("weights.pth")


def test_one_message_lists_all_that_does_not_fit(monkeypatch):
    state = small("timm").state_dict()
    del state["cls_token"], state["blocks.1.attn.qkv.weight"]
    state["blocks.0.ls1.gamma"] = torch.ones(192)
    state["norm.weight"] = torch.ones(5)
    state["patch_embed.proj.weight"] = torch.ones(192, 768)
    given(monkeypatch, state)
    with pytest.raises(WeightsError) as caught:
        pretrained.load("folder/weights.pth")
    assert str(caught.value).splitlines() == [
        "weights.pth does not fit your ViT:",
        "  missing: cls_token, blocks.1.attn.qkv.weight",
        "  unexpected: blocks.0.ls1.gamma",
        "  of another shape: patch_embed.proj.weight is (192, 768) and not (192, C, P, P), "
        "norm.weight is (5) and not (192)",
    ]
