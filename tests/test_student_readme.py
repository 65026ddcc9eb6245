"""The student's README says what the stubs ask for, and the names and shapes weights have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK

ASSIGNMENT = Path(__file__).parents[1] / "assignment"
README = (ASSIGNMENT / "README.md").read_text(encoding="utf-8")

SIZES = {
    "in_channels": 3,
    "patch_size": 4,
    "num_classes": 7,
    "embed_dim": 16,
    "hidden_dim": 24,
}


def table(heading: str, page: str = README) -> list[list[str]]:
    """The rows of the table under a heading, without its first two lines."""
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_stages_and_points_are_the_courses() -> None:
    rows = {row[1].strip("`"): int(row[2]) for row in table("Order of work")}
    assert list(rows.items()) == [(stage.key, stage.points) for stage in HOMEWORK.stages]


def test_the_labs_are_listed_with_their_files_stages_and_points() -> None:
    page = (ASSIGNMENT / "labs" / "README.md").read_text(encoding="utf-8")
    listed = {
        row[1].strip("`"): (
            tuple(re.findall(r"`([^`]+)`", row[2])),
            {key: int(points) for key, points in re.findall(r"`(\w+)` \((\d+)\)", row[3])}
            | {"questions": int(row[4])},
        )
        for row in table("Order of work", page)
    }
    assert listed == {
        lab.notebook: (lab.files, {stage.key: stage.points for stage in lab.stages})
        for lab in ASSIGNMENTS.values()
        if lab.after
    }


def test_every_body_to_write_is_listed_with_its_stage() -> None:
    asked = {
        (name, stage)
        for file in HOMEWORK.files
        for stage, name in re.findall(
            r'"stage (\w+): ([\w.]+) is yours to write"',
            (ASSIGNMENT / file).read_text(encoding="utf-8"),
        )
    }
    assert {(row[0].strip("`"), row[1].strip("`")) for row in table("What you write")} == asked


@pytest.mark.parametrize("patch_embedding", ["linear", "convolution"])
def test_state_dict_is_as_listed(patch_embedding: str) -> None:
    options = {"image_size": 8, "num_layers": 1, "num_heads": 2, **SIZES}
    script = (
        "import json, ViT; "
        f"model = ViT.ViT(**{options}, patch_embedding={patch_embedding!r}); "
        "print(json.dumps({key: list(value.shape) for key, value in model.state_dict().items()}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ASSIGNMENT, check=True, capture_output=True, text=True
    )
    listed = {}
    for names, shapes in table("The ViT's `state_dict`"):
        choices = re.findall(r"`(\(.*?\))`", shapes)
        shape = choices[-1 if patch_embedding == "convolution" else 0]
        for name in re.findall(r"`([\w.]+)`", names):
            listed[name.replace(".i.", ".0.")] = list(eval(shape, {"tokens": 5, **SIZES}))
    assert listed == json.loads(shown.stdout)
