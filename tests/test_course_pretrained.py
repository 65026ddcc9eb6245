"""Weights of timm and torchvision in the student's ViT: equal logits, or a reason why not."""

import argparse
import sys
import types

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import timm
import torch
from safetensors.torch import save_file
from timm.layers import resample_abs_pos_embed
from torch import nn
from torchvision.models.vision_transformer import VisionTransformer

import transfer
import ViT
from course import checkpoints, handin, pretrained, resnet
from course.checkpoints import WeightsError

JX = "jx_vit_base_p16_224-80ecf9dd.pth"
WIDTHS = {"tiny": (192, 3), "small": (384, 6), "base": (768, 12)}
CASES = pytest.mark.parametrize(
    ("size", "pixels"),
    [("tiny", 32), ("small", 32), pytest.param("base", 224, marks=pytest.mark.slow)],
)
LAYOUTS = pytest.mark.parametrize("layout", pretrained.LAYOUTS)


def shaken(model):
    """The model with noise on every parameter: no bias is 0 and no scale is 1."""
    torch.manual_seed(1)
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    return model.eval()


def theirs(layout, size="tiny", pixels=32, num_classes=10, num_layers=12):
    width, heads = WIDTHS[size]
    if layout == "timm":
        name, depth = f"vit_{size}_patch16_224", {"depth": num_layers}
        model = timm.create_model(name, img_size=pixels, num_classes=num_classes, **depth)
    else:
        sizes = (num_layers, heads, width, 4 * width)
        model = VisionTransformer(pixels, 16, *sizes, num_classes=num_classes)
    return shaken(model)


def small(layout, **options):
    return theirs(layout, num_layers=2, **options)


@torch.no_grad()
def assert_equal_logits(ours, other, images):
    expected = other(images)
    assert expected.std() > 0.1
    rounding = 1e-5 * expected.abs().max().item()
    torch.testing.assert_close(ours.eval()(images), expected, rtol=0, atol=rounding)


def given(monkeypatch, tensors):
    """Makes `load` find these tensors, as if in a file."""
    monkeypatch.setattr(pretrained, "fetch", lambda source: (dict(tensors), None))


def saved(path, content):
    torch.save(content, path)
    return path


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


@pytest.mark.parametrize("wrap", ["plain", "state_dict", "model", "module", "old file"])
def test_a_known_file_is_taken_by_its_name(tmp_path, monkeypatch, wrap):
    monkeypatch.chdir(tmp_path)
    other = small("timm")
    state = other.state_dict()
    if wrap == "module":
        state = nn.DataParallel(other).state_dict()
    content = {wrap: state, "epoch": 3} if wrap in checkpoints.WRAPPINGS else state
    torch.save(content, JX, _use_new_zipfile_serialization=wrap != "old file")
    assert_equal_logits(pretrained.load(JX), other, torch.randn(2, 3, 32, 32))


def test_a_known_file_is_downloaded_once(tmp_path, monkeypatch):
    asked = []

    def download(url, path, digest):
        asked.append((url.rpartition("/")[2], digest))
        saved(path, small("timm").state_dict())

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert pretrained.load(JX).head.out_features == 10
    assert asked == [(JX, "80ecf9dd")]


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


def test_a_resnet_is_no_vit(tmp_path):
    path = saved(tmp_path / "resnet18.pth", timm.create_model("resnet18").state_dict())
    with pytest.raises(WeightsError, match=r"resnet18.pth holds no ViT.* It has conv1.weight, .*"):
        pretrained.load(path)


class Hostile:
    def __reduce__(self):
        return exec, ("import pathlib; pathlib.Path('ran').touch()",)


@pytest.mark.parametrize(
    ("content", "named"),
    [(Hostile(), "exec"), ({"args": argparse.Namespace(lr=1)}, "argparse.Namespace")],
)
def test_a_file_that_needs_code_is_refused_and_runs_none(tmp_path, monkeypatch, content, named):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=f"{named}.*would run code from the file"):
        pretrained.load(
            saved(tmp_path / "weights.pth", {"head.weight": torch.ones(1), "x": content})
        )
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", [JX, "weights.safetensors", "weights.pt"])
@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", b"PK\x03\x04", "cut"])
def test_a_damaged_file_is_called_one(tmp_path, name, content):
    path = tmp_path / name
    if content == "cut":
        state = {"head.weight": torch.ones(1000)}
        save_file(state, path) if path.suffix == ".safetensors" else torch.save(state, path)
        content = path.read_bytes()[:-700]
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=f"{name}. is damaged, or no file of weights"):
        pretrained.load(path)


@pytest.mark.parametrize("content", [[1, 2], {}, {"head.weight": 3}, {"model": {}}])
def test_what_is_no_state_dict_is_refused(tmp_path, content):
    with pytest.raises(WeightsError, match=r"no file of weights|is no state_dict"):
        pretrained.load(saved(tmp_path / "weights.pth", content))


@pytest.mark.parametrize("name", ["weights.pth", "some/folder", "there.safetensors"])
def test_a_path_that_leads_nowhere_is_named(name):
    with pytest.raises(WeightsError, match=f'There is no file "{name}"'):
        pretrained.load(name)


def test_a_name_of_timm_is_got_from_its_hub(monkeypatch):
    class Hub(types.ModuleType):
        is_model = staticmethod(timm.is_model)

        @staticmethod
        def create_model(name, pretrained):
            assert pretrained
            return timm.create_model(name, depth=1, num_heads=2)

    monkeypatch.setitem(sys.modules, "timm", Hub("timm"))
    ours = pretrained.load("vit_tiny_patch16_224", image_size=32, num_classes=2)
    assert ours.encoder.blocks[0].attention.num_heads == 2
    with pytest.raises(WeightsError, match="timm has no model of this name"):
        pretrained.load("vit_enormous")


@pytest.mark.parametrize("reason", ["timm is not installed", "timm could not get them"])
def test_where_nothing_can_be_downloaded_it_is_said_what_to_get(monkeypatch, reason):
    def refuse(*arguments, **options):
        raise ConnectionError("no route")

    monkeypatch.setattr(timm, "create_model", refuse)
    if "installed" in reason:
        monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(WeightsError) as caught:
        pretrained.load("vit_small_patch16_224")
    message = str(caught.value)
    assert reason in message
    assert "88 MB: https://huggingface.co/timm/vit_small_patch16_224.augreg" in message
    with pytest.raises(WeightsError, match=JX):
        pretrained.load("vit_large_patch16_224")


def test_a_failed_download_says_where_the_file_lies(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("no route")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=rf"no route(.|\n)*{JX}, 346 MB: https://github.com/"):
        pretrained.load(JX)
