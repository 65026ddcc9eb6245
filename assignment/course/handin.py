"""Handing in: weights with what is needed to rebuild their model, and one zip of everything."""

import json
import re
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from course.datasets import ImageData

NOTEBOOK = "vit-cifar10.ipynb"
CODE = ("utils.py", "ViT.py", "transformer-attention.py", "transformer-student.py")
WEIGHTS = {"vit.safetensors": "vit", "resnet.safetensors": "resnet"}
ARCHIVE = "submission.zip"
NICKNAME_FILE = "nickname.txt"
LETTERS = "[0-9A-Za-zÀ-ÖØ-öø-ſ]+"
NICKNAME = re.compile(f"(?=.{{2,24}}$){LETTERS}(?:[ ._-]{LETTERS})*")
Kind = Literal["vit", "resnet", "cnn"]


def save_weights(
    path: Path | str, model: nn.Module, kind: Kind, config: dict[str, Any], data: ImageData
) -> None:
    """Save a model's weights as safetensors, with what is needed to rebuild and feed it.

    Args:
        path: such as "vit.safetensors".
        model: its state_dict is saved.
        kind: "vit" or "resnet" in what you hand in.
        config: the keyword arguments the model was constructed with.
        data: what it was trained on: its name, mean and std are kept.
    """
    tensors = {name: value.contiguous().cpu() for name, value in model.state_dict().items()}
    metadata = {
        "kind": kind,
        "config": json.dumps(config),
        "mean": json.dumps(data.mean),
        "std": json.dumps(data.std),
        "dataset": data.name,
    }
    save_file(tensors, path, metadata)


def load_config(path: Path | str) -> dict[str, Any]:
    """What `save_weights` kept beside the weights.

    Returns:
        kind, config (a dict), mean and std (lists), dataset.

    Raises:
        ValueError: where the file is not one that `save_weights` wrote.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        decoded = {name: json.loads(metadata[name]) for name in ("config", "mean", "std")}
        return {"kind": metadata["kind"], "dataset": metadata["dataset"], **decoded}
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(
            f'"{Path(path).name}" was not written by handin.save_weights, or is damaged: '
            "save the weights again."
        ) from error


def pack(
    folder: Path | str = ".",
    nickname: str = "",
    notebook: str = NOTEBOOK,
    code: Sequence[str] = CODE,
    weights: Mapping[str, str] = WEIGHTS,
) -> Path | None:
    """Write submission.zip if everything is there; otherwise say what is missing.

    Args:
        folder: where your notebook, your files and the weights lie.
        nickname: what the class's leaderboard calls you; without one you are not on it.
        notebook: file name of the notebook to hand in.
        code: names of the Python files to hand in.
        weights: names of the weights to hand in, each with its model's kind.

    Returns:
        The zip, or None where something is missing.
    """
    folder = Path(folder)
    problems = missing(folder, notebook, code, weights) + nickname_problems(nickname)
    if problems:
        print("No submission.zip yet:")
        print(*(f"  - {problem}" for problem in problems), sep="\n")
        return None
    archive = folder / ARCHIVE
    chosen = folder / NICKNAME_FILE
    chosen.unlink(missing_ok=True)
    if nickname:
        chosen.write_text(f"{nickname}\n", encoding="utf-8")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in (notebook, *code, *weights, *([NICKNAME_FILE] if nickname else [])):
            file.write(folder / name, name)
    saved = (folder / notebook).stat().st_mtime
    print(
        f"{ARCHIVE} is ready: {archive.resolve()}, {archive.stat().st_size / 1e6:.1f} MB.\n"
        f"It holds the notebook as you saved it at {time.strftime('%H:%M', time.localtime(saved))}"
        " (this computer's time). If you changed it since, save it and run this cell again."
    )
    if weights:
        print(
            f'On the leaderboard you are "{nickname}".'
            if nickname
            else "You are not on the leaderboard: no nickname was given."
        )
    return archive


def nickname_problems(nickname: str) -> list[str]:
    if not nickname or NICKNAME.fullmatch(nickname):
        return []
    return [
        "this nickname cannot be taken: give 2 to 24 Latin letters or digits, and between them no "
        "more than single spaces, dots, hyphens or underscores."
    ]


def missing(
    folder: Path, notebook: str, code: Sequence[str], weights: Mapping[str, str]
) -> list[str]:
    """What stands between the folder and a hand-in, a sentence each."""
    problems = []
    for name in code:
        if not (folder / name).is_file():
            problems.append(f"{name} is missing: put it beside the notebook.")
    problems += notebook_problems(folder / notebook)
    for name, kind in weights.items():
        problems += weight_problems(folder / name, kind)
    return problems


def notebook_problems(path: Path) -> list[str]:
    if not path.is_file():
        return [f"{path.name} is missing: save the notebook under this name, in this folder."]
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError):
        return [f"{path.name} is not a readable notebook: save it again."]
    if not cells:
        return [f"{path.name} has no cells: save it again."]
    return []


def weight_problems(path: Path, kind: str) -> list[str]:
    if not path.is_file():
        return [f"{path.name} is missing: train the model and save it with handin.save_weights."]
    try:
        found = load_config(path)["kind"]
    except ValueError as error:
        return [str(error)]
    if found != kind:
        return [f'{path.name} holds a model of kind "{found}", not "{kind}": save the right one.']
    return []
