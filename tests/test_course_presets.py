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

from course import datasets, handin, presets


@pytest.fixture(scope="module")
def few():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (40, 3, 32, 32), dtype=torch.uint8, generator=generator)
    labels = torch.arange(40) % 2
    return datasets.ImageData(
        "few", images, labels, images[:10], labels[:10], ("a", "b"), (0.5,) * 3, (0.3,) * 3
    )


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_runs(name, few, tmp_path):
    result = presets.run(name, few, tmp_path, device="cpu", epochs=1)
    assert len(result.history.rows) == 1
    for part in (name, "data: few", "epochs: 1", "test accuracy:", "parameters:", "seconds:"):
        assert part in result.row()
    rows = json.loads((tmp_path / f"{name}.json").read_text())["rows"]
    assert rows == result.history.rows
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    saved = handin.load_config(tmp_path / f"{name}.safetensors")
    assert saved["kind"] == presets.PRESETS[name].kind
    assert presets.build(saved["kind"], saved["config"]).state_dict().keys()


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
