"""Presets: each can be run by name, and leaves its row, history, curves and weights."""

import json
import os
import subprocess
import sys

import course_paths
import matplotlib as mpl

mpl.use("Agg")

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from course import datasets, handin, presets
from course.history import History
from course.run import Run


@pytest.fixture(scope="module")
def few():
    return datasets.first_images(datasets.load("sample"), 40)


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_runs(name, few, tmp_path, monkeypatch):
    preset = presets.PRESETS[name]
    if name == "base-four-classes":  # its checkpoint alone has 1.4 GB
        monkeypatch.setattr(Run, "save", lambda run, path: None)
    result = presets.run(name, few, tmp_path, device="cpu", epochs=1)
    assert len(result.history.rows) == 1
    for part in (name, "data: the embedded sample", "epochs: 1", "test accuracy:", "parameters:"):
        assert part in result.row()
    rows = json.loads((tmp_path / f"{name}.json").read_text())["rows"]
    assert rows == result.history.rows
    facts = json.loads((tmp_path / "results.jsonl").read_text())
    assert facts["preset"] == name
    assert facts["test_accuracy"] == result.test_accuracy
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    saved = handin.load_config(tmp_path / f"{name}.safetensors")
    assert saved["kind"] == preset.kind
    assert saved["config"] == preset.config | {"num_classes": preset.num_classes or 10}
    assert not (tmp_path / f"{name}.checkpoint").exists()


def test_the_sources_models_have_the_sources_sizes():
    sizes = {}
    for name in ("slides-vit", "slides-cnn", "ours-vit", "ours-cnn", "base-four-classes"):
        preset = presets.PRESETS[name]
        model = presets.build(preset.kind, preset.config | {"num_classes": 10})
        sizes[name] = sum(parameter.numel() for parameter in model.parameters())
    assert sizes["slides-vit"] == 3_195_146
    assert sizes["slides-cnn"] == 5_852_234
    assert sizes["ours-vit"] == sizes["slides-vit"] - 65 * 256 - 256
    assert sizes["ours-cnn"] == sizes["slides-cnn"]
    assert 85e6 < sizes["base-four-classes"] < 86e6


def test_an_interrupted_preset_goes_on_where_it_stopped(few, tmp_path, monkeypatch, capsys):
    saved = presets.training.evaluate
    calls = []

    def stopping(model, loader):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return saved(model, loader)

    monkeypatch.setattr(presets.training, "evaluate", stopping)
    command = ["quick-resnet", "--data", "sample", "--images", "40", "--output", str(tmp_path)]
    assert presets.main([*command, "--device", "cpu"]) == 1
    assert "the same command goes on from there" in capsys.readouterr().out
    assert (tmp_path / "quick-resnet.checkpoint").exists()
    assert presets.main([*command, "--device", "cpu"]) == 0
    history = History.load(tmp_path / "quick-resnet.json")
    assert len(history.rows) == 3
    assert not history.stopped
    assert not (tmp_path / "quick-resnet.checkpoint").exists()


def test_both_the_best_and_the_last_weights_are_saved(few, tmp_path, monkeypatch):
    accuracies = iter([0.9, 0.1, 0.1])
    monkeypatch.setattr(presets.training, "evaluate", lambda *_: (1.0, next(accuracies, 0.0)))
    presets.run("quick-resnet", few, tmp_path, device="cpu", epochs=2)
    kept = load_file(tmp_path / "quick-resnet.safetensors")
    last = load_file(tmp_path / "quick-resnet-last.safetensors")
    assert not torch.equal(kept["conv.weight"], last["conv.weight"])


def test_the_seed_decides(few):
    results = [presets.run("quick-vit", few, device="cpu", epochs=1, seed=s) for s in (1, 1, 2)]
    losses = [result.test_loss for result in results]
    assert losses[0] == losses[1] != losses[2]


def test_an_unknown_preset_is_refused(few):
    with pytest.raises(ValueError, match='no preset "tiny"; there are quick-vit, quick-resnet'):
        presets.run("tiny", few)


def test_help_names_every_preset(capsys):
    with pytest.raises(SystemExit):
        presets.main(["--help"])
    text = capsys.readouterr().out
    for name, preset in presets.PRESETS.items():
        assert name in text
        assert preset.about in text


def test_the_command_prints_its_row(tmp_path, capsys):
    for part in ("train", "test"):
        for name in ("ant", "bee"):
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(10):
                Image.new("RGB", (32, 32)).save(tmp_path / part / name / f"{number}.png")
    output = tmp_path / "runs"
    command = ["quick-resnet", "--data", str(tmp_path), "--epochs", "1", "--output", str(output)]
    assert presets.main([*command, "--device", "cpu"]) == 0
    assert f'quick-resnet | data: the images in "{tmp_path.name}" | epochs: 1' in (
        capsys.readouterr().out
    )
    assert (output / "quick-resnet.safetensors").is_file()


def test_without_data_the_command_says_what_to_do(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        presets.main(["quick-vit", "--data", str(tmp_path / "nowhere")])
    assert stopped.value.code == 1
    assert 'give "cifar10", "sample", or the path' in capsys.readouterr().err


def test_with_stubs_the_command_names_what_is_still_to_be_written():
    paths = os.pathsep.join((str(course_paths.STUBS), str(course_paths.ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "course.presets", "quick-vit", "--data", "sample"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "stage" in done.stderr
