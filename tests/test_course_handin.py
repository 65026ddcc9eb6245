"""Handing in: the zip is whole, or it is said what is missing."""

import json
import zipfile

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from safetensors.torch import load_file

from course import handin
from course.datasets import ImageData
from course.resnet import ResNet

EMPTY = torch.empty(0)
DATA = ImageData("few", EMPTY, EMPTY, EMPTY, EMPTY, ("a",), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
CONFIG = {"num_classes": 3, "width": 4, "blocks": [1, 1]}


@pytest.fixture
def folder(tmp_path):
    for name in handin.CODE:
        (tmp_path / name).write_text("# mine\n")
    (tmp_path / handin.NOTEBOOK).write_text(json.dumps({"cells": [{"source": "1 + 1"}]}))
    for name, kind in handin.WEIGHTS.items():
        handin.save_weights(tmp_path / name, ResNet(**CONFIG), kind, CONFIG, DATA)
    return tmp_path


def test_weights_come_back_with_their_configuration(tmp_path):
    model = ResNet(**CONFIG)
    handin.save_weights(tmp_path / "resnet.safetensors", model, "resnet", CONFIG, DATA)
    assert handin.load_config(tmp_path / "resnet.safetensors") == {
        "kind": "resnet",
        "config": CONFIG,
        "mean": [0.1, 0.2, 0.3],
        "std": [0.4, 0.5, 0.6],
        "dataset": "few",
    }
    again = ResNet(**CONFIG)
    again.load_state_dict(load_file(tmp_path / "resnet.safetensors"))
    for name, value in model.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])


def test_a_whole_folder_is_packed(folder, capsys):
    archive = handin.pack(folder)
    with zipfile.ZipFile(archive) as file:
        assert sorted(file.namelist()) == sorted(
            [handin.NOTEBOOK, *handin.CODE, "vit.safetensors", "resnet.safetensors"]
        )
        assert file.read("utils.py") == (folder / "utils.py").read_bytes()
    assert "submission.zip is ready" in capsys.readouterr().out


def test_a_lab_is_its_notebook_and_its_file(tmp_path, capsys):
    lab = {"notebook": "lab-attention.ipynb", "code": ("small_data.py",), "weights": {}}
    assert handin.pack(tmp_path, **lab) is None
    assert capsys.readouterr().out.count(" is missing: ") == 2
    (tmp_path / "small_data.py").write_text("# mine\n")
    (tmp_path / "lab-attention.ipynb").write_text(json.dumps({"cells": [{"source": "1 + 1"}]}))
    with zipfile.ZipFile(handin.pack(tmp_path, **lab)) as file:
        assert sorted(file.namelist()) == ["lab-attention.ipynb", "small_data.py"]
    said = capsys.readouterr().out
    assert "submission.zip is ready" in said
    assert "leaderboard" not in said


def test_a_nickname_is_packed_where_one_is_given_and_only_then(folder, capsys):
    for nickname, there in (("Gradient", True), ("", False)):
        archive = handin.pack(folder, nickname=nickname)
        with zipfile.ZipFile(archive) as file:
            assert (handin.NICKNAME_FILE in file.namelist()) is there
        assert (folder / handin.NICKNAME_FILE).exists() is there
        assert (
            'you are "Gradient"' if there else "not on the leaderboard"
        ) in capsys.readouterr().out


def test_a_nickname_that_cannot_be_taken_is_said_before_anything_is_written(folder, capsys):
    assert handin.pack(folder, nickname="<b>") is None
    assert "this nickname cannot be taken" in capsys.readouterr().out
    assert not (folder / handin.NICKNAME_FILE).exists()
    assert not (folder / handin.ARCHIVE).exists()


@pytest.mark.parametrize("name", [*handin.CODE, handin.NOTEBOOK, *handin.WEIGHTS])
def test_a_missing_file_is_named(folder, capsys, name):
    (folder / name).unlink()
    assert handin.pack(folder) is None
    assert f"- {name} is missing: " in capsys.readouterr().out
    assert not (folder / handin.ARCHIVE).exists()


def test_everything_missing_is_named_at_once(tmp_path, capsys):
    handin.pack(tmp_path)
    assert capsys.readouterr().out.count(" is missing: ") == 7


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (handin.NOTEBOOK, b"{", "is not a readable notebook"),
        (handin.NOTEBOOK, b"[]", "is not a readable notebook"),
        (handin.NOTEBOOK, b'{"cells": []}', "has no cells"),
        ("vit.safetensors", b"", '"vit.safetensors" was not written by handin.save_weights'),
        ("vit.safetensors", b"\x02" + bytes(7) + b"{}", "was not written by"),
    ],
)
def test_a_damaged_file_is_named(folder, capsys, name, content, message):
    (folder / name).write_bytes(content)
    assert handin.pack(folder) is None
    assert message in capsys.readouterr().out


def test_weights_of_the_other_model_are_noticed(folder, capsys):
    (folder / "vit.safetensors").write_bytes((folder / "resnet.safetensors").read_bytes())
    assert handin.pack(folder) is None
    assert 'vit.safetensors holds a model of kind "resnet", not "vit"' in capsys.readouterr().out
