"""Files and hubs that weights come from: read without running code, or refused with a reason."""

import argparse
import sys
import types

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import timm
import torch
from others_weights import JX, assert_equal_logits, saved, small
from safetensors.torch import save_file
from torch import nn

from course import checkpoints, pretrained
from course.checkpoints import WeightsError


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
