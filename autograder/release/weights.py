"""Weights of the reference's models, trained on the embedded sample once and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from autograder.checking.assignments import HOMEWORK
from autograder.grading.seed import private_folder
from autograder.grading.store import digest, folder_digest
from autograder.places import ASSIGNMENT, DATA, PYTHONPATH, SOLUTIONS

# Networks this small gain little from a second thread and, on a busy machine, lose minutes.
CALM = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
PRESETS = dict(zip(("quick-vit", "quick-resnet"), HOMEWORK.weights, strict=True))


def sample_weights(root: Path) -> Path:
    """The folder of a ViT and a ResNet trained on the sample, with their histories and curves.

    The first call trains them, which takes about a minute and shows progress bars. Later ones
    find them, until solutions, provided modules, data or PyTorch change.

    Args:
        root: the course's root, in whose private folder they are kept.

    Raises:
        RuntimeError: where the training fails; its own words were shown.
    """
    sources = sorted([*SOLUTIONS.glob("*.py"), *DATA.glob("*.py")])
    content = digest(
        folder_digest(ASSIGNMENT / "course"), torch.__version__, *(p.read_bytes() for p in sources)
    )
    kept = private_folder(root) / "weights"
    target = kept / content[:16]
    if target.is_dir():
        return target
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="training-", dir=kept) as workplace:
        folder = Path(workplace) / "done"
        for preset, name in PRESETS.items():
            _train(preset, folder)
            (folder / f"{preset}.safetensors").rename(folder / name)
        shutil.move(folder, target)
    return target


def _train(preset: str, output: Path) -> None:
    """Train one preset with the solutions, in a process of its own."""
    command = [sys.executable, "-P", "-m", "course.presets", preset, "--data", "sample"]
    print(f"Training {preset} on the embedded sample", flush=True)
    done = subprocess.run(
        [*command, "--output", str(output)],
        env=os.environ | {"PYTHONPATH": PYTHONPATH, **CALM},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"training {preset} on the sample failed; its words stand above")
